"""The words of every problem, French then English, by code. Data, nothing else."""

from __future__ import annotations

MESSAGES: dict[str, tuple[str, str]] = {
    # Files
    "file_missing": (
        "fichier introuvable. Vérifiez le chemin.",
        "file not found. Check the path.",
    ),
    "not_utf8": (
        "le fichier n'est pas en UTF-8. Enregistrez-le dans cet encodage.",
        "the file is not in UTF-8. Save it in that encoding.",
    ),
    "yaml_syntax": (
        "le fichier n'est pas du YAML valide : {detail}.",
        "the file is not valid YAML: {detail}.",
    ),
    "yaml_alias": (
        "les ancres et alias YAML (& et *) sont refusés. Écrivez la valeur à sa place.",
        "YAML anchors and aliases (& and *) are refused. Write the value in place.",
    ),
    "duplicate_key": (
        "la clé « {value} » est écrite deux fois. Gardez-en une.",
        "key '{value}' is written twice. Keep one.",
    ),
    "unknown_key": (
        "clé inconnue « {value} ». Retirez-la ou corrigez-la.{near}",
        "unknown key '{value}'. Remove or correct it.{near}",
    ),
    "missing_key": (
        "il manque la clé « {value} ». Ajoutez-la.",
        "key '{value}' is missing. Add it.",
    ),
    "invalid_value": (
        "valeur refusée {value!r} : {detail}.",
        "value {value!r} refused: {detail}.",
    ),
    "duplicate_name": (
        "« {value} » est déclaré deux fois. Renommez ou supprimez l'un des deux.",
        "'{value}' is declared twice. Rename or remove one.",
    ),
    # Parameters
    "bounds_order": (
        "l'ordre bas ≤ mode ≤ haut n'est pas respecté ({low} ; {mode} ; {high}). "
        "Corrigez les trois valeurs ensemble.",
        "low ≤ mode ≤ high does not hold ({low}; {mode}; {high}). Correct the three together.",
    ),
    "value_range": (
        "la valeur {value:g} n'est pas possible dans l'unité {unit} : elle doit être {expected}.",
        "value {value:g} is not possible in unit {unit}: it must be {expected}.",
    ),
    "bounds_missing": (
        "une loi {distribution} demande les trois valeurs bas, mode et haut.",
        "a {distribution} distribution needs low, mode and high.",
    ),
    "outcomes_forbidden": (
        "une loi {distribution} n'a pas de valeurs possibles (« outcomes »). Retirez-les, ou "
        "choisissez la loi discrete.",
        "a {distribution} distribution has no outcomes. Remove them, or choose discrete.",
    ),
    "outcomes_wrong": (
        "une loi discrete demande au moins deux valeurs distinctes (« outcomes ») dont les "
        "probabilités font 1 ; ici {value:g}.",
        "a discrete distribution needs two or more distinct outcomes whose probabilities add to 1; "
        "here {value:g}.",
    ),
    "mode_not_outcome": (
        "le mode {value:g} n'est pas l'une des valeurs possibles ({known}). Choisissez-en une.",
        "mode {value:g} is not one of the outcomes ({known}). Choose one of them.",
    ),
    "lognormal_positive": (
        "une loi lognormale demande un bas strictement positif, pas {value:g}.",
        "a lognormal distribution needs a positive low, not {value:g}.",
    ),
    "mode_not_median": (
        "dans une loi {distribution}, bas et haut sont les quantiles 5 % et 95 %, et le mode la "
        "médiane : il devrait valoir {expected:g}, pas {value:g}. Corrigez l'une des trois, ou "
        "choisissez la loi pert.",
        "in a {distribution} distribution low and high are the 5% and 95% quantiles and the mode "
        "is the median: it should be {expected:g}, not {value:g}. Correct one, or choose pert.",
    ),
    # Uncertainty
    "correlation_pair": (
        "une corrélation lie deux paramètres différents, ici « {value} » et lui-même.",
        "a correlation ties two different parameters, here '{value}' and itself.",
    ),
    "correlation_impossible": (
        "ces corrélations ne peuvent pas être vraies ensemble : {value}. La matrice valide la plus "
        "proche donne {nearest}. Prenez ces valeurs, ou rapprochez de 0 l'une de celles saisies.",
        "these correlations cannot hold together: {value}. The nearest valid matrix gives "
        "{nearest}. Take these values, or bring one of yours closer to 0.",
    ),
    "draws_range": (
        "{value} tirages : il en faut de {low} à {high}.",
        "{value} draws: give from {low} to {high}.",
    ),
    "precision_range": (
        "une précision de {value:g} : donnez une erreur type entre {low:g} et {high:g}.",
        "a precision of {value:g}: give a standard error between {low:g} and {high:g}.",
    ),
    "sobol_correlated": (
        "les indices de Sobol n'ont de sens que pour des entrées indépendantes ; celles-ci sont "
        "corrélées : {value}. Prenez les effets de Shapley, justes sous corrélation, ou retirez "
        "ces corrélations.",
        "Sobol indices have a meaning for independent inputs only; these are correlated: {value}. "
        "Take the Shapley effects, right under correlation, or remove these correlations.",
    ),
    "not_power_of_two": (
        "{value} points : une suite de Sobol en veut une puissance de deux (1 024, 4 096…).",
        "{value} points: a Sobol sequence needs a power of two (1,024, 4,096…).",
    ),
    "variance_undefined": (
        "le résultat n'est pas un nombre fini pour {value} des tirages : sa variance n'a pas de "
        "sens. Prenez une autre lecture, ou resserrez les plages qui l'y mènent.",
        "the result is not a finite number for {value} of the draws: its variance has no meaning. "
        "Take another reading, or narrow the ranges that lead there.",
    ),
    "population_empty": (
        "le parc ne contient aucun appareil de cette population ({value}). Changez de population "
        "ou de parc.",
        "the fleet holds no machine of this population ({value}). Change population or fleet.",
    ),
    "mix_undefined": (
        "l'écart ne se partage pas : un mélange des deux scénarios n'a pas ce résultat (un "
        "équilibre jamais atteint, un dénominateur nul). Choisissez un autre résultat.",
        "the gap cannot be split: a mix of the two scenarios has no such result (a break-even "
        "never reached, a zero denominator). Choose another result.",
    ),
    "reference_differs": (
        "les deux scénarios reposent sur des données de référence différentes ({value} et "
        "{other}). Reprenez-les sur les mêmes.",
        "the two scenarios rest on different reference data ({value} and {other}). Redo them on "
        "the same data.",
    ),
    "not_affine": (
        "le coût de « {value} » n'est pas une droite en fonction des actes : l'équilibre d'une "
        "population ne se calcule pas pour ce modèle.",
        "the cost of '{value}' is not a straight line in acts: the break-even of a population "
        "cannot be computed for this model.",
    ),
    "slope_undefined": (
        "la dérivée de « {value} » par rapport à « {name} » n'est pas un nombre fini ici. Vérifiez "
        "les paramètres de la formule : {formula}",
        "the derivative of '{value}' in '{name}' is not a finite number here. Check the parameters "
        "of the formula: {formula}",
    ),
    "bounds_fixed": (
        "une valeur fixe n'a ni bas ni haut. Retirez-les, ou choisissez une loi.",
        "a fixed value has no low or high. Remove them, or choose a distribution.",
    ),
    "vat_missing": (
        "un montant en euros doit dire si la TVA est comprise (vat: included, excluded ou "
        "not_applicable).",
        "an amount in euros must say if VAT is inside (vat: included, excluded or not_applicable).",
    ),
    "vat_forbidden": (
        "« vat » ne s'écrit que pour un montant en euros.",
        "'vat' is only for an amount in euros.",
    ),
    "unknown_unit": (
        "unité inconnue « {value} ».{near} Unités admises : {known}.",
        "unknown unit '{value}'.{near} Units allowed: {known}.",
    ),
    "no_value_for_class": (
        "le paramètre « {parameter} » n'a pas de valeur pour la classe « {value} ». Ajoutez-en "
        "une, ou une valeur pour toutes les classes (« * »).",
        "parameter '{parameter}' has no value for class '{value}'. Add one, or one for all "
        "classes ('*').",
    ),
    "quantile_range": (
        "le quantile à {chance} % vaut {value} : donnez un nombre fini, positif ou nul.",
        "the {chance}% quantile is {value}: give a finite number that is not negative.",
    ),
    "quantiles_order": (
        "les quantiles à 5, 50 et 95 % doivent croître ({low:g} ; {middle:g} ; {high:g}). Corrigez "
        "les trois ensemble.",
        "the 5, 50 and 95% quantiles must increase ({low:g}; {middle:g}; {high:g}). Correct the "
        "three together.",
    ),
    # Formulas
    "formula_too_long": (
        "la formule compte {length} caractères ; {limit} au plus. Découpez-la en grandeurs "
        "dérivées.",
        "the formula has {length} characters; {limit} at most. Split it into derived quantities.",
    ),
    "formula_too_deep": (
        "la formule est trop imbriquée ou trop longue ({limit} éléments au plus). Découpez-la.",
        "the formula is too deep or too long ({limit} elements at most). Split it.",
    ),
    "formula_syntax": (
        "la formule ne se lit pas : {detail}. Formule : {value}",
        "the formula cannot be read: {detail}. Formula: {value}",
    ),
    "formula_forbidden": (
        "« {value} » n'est pas admis dans une formule. Sont admis : noms, nombres, + - * / **, "
        "min, max, if_ et les fonctions de capital.",
        "'{value}' is not allowed in a formula. Allowed: names, numbers, + - * / **, min, max, "
        "if_ and the capital functions.",
    ),
    "formula_power": (
        "l'exposant {value} est refusé : il doit être un nombre entre -{limit} et {limit}, ou "
        "dépendre d'un paramètre.",
        "exponent {value} is refused: it must be a number between -{limit} and {limit}, or "
        "depend on a parameter.",
    ),
    "formula_arguments": (
        "la fonction « {value} » attend {expected} argument(s), {given} donné(s).",
        "function '{value}' expects {expected} argument(s), {given} given.",
    ),
    "formula_unknown_name": (
        "nom inconnu « {value} » dans la formule.{near}",
        "unknown name '{value}' in the formula.{near}",
    ),
    "formula_cycle": (
        "les formules se renvoient l'une à l'autre en boucle : {value}.",
        "formulas refer to each other in a loop: {value}.",
    ),
    "unit_clash": (
        "unités incompatibles : {detail}.",
        "units do not match: {detail}.",
    ),
    "unit_result": (
        "la formule donne « {given} » alors que « {expected} » est attendu.",
        "the formula gives '{given}' where '{expected}' is expected.",
    ),
    "not_finite": (
        "« {value} » ne donne pas un nombre fini (division par zéro, valeur trop grande ?). "
        "Vérifiez les paramètres de la formule : {formula}",
        "'{value}' does not give a finite number (division by zero, overflow?). Check the "
        "parameters of the formula: {formula}",
    ),
    "negative_line": (
        "la ligne de coût « {value} » est négative. Un coût ne peut pas l'être : vérifiez la "
        "formule {formula}",
        "cost line '{value}' is negative. A cost cannot be: check the formula {formula}",
    ),
    # References between files
    "unknown_poste": (
        "poste inconnu « {value} ».{near} Les postes sont dans perimeters.yaml.",
        "unknown poste '{value}'.{near} Postes are in perimeters.yaml.",
    ),
    "unknown_perimeter": (
        "périmètre inconnu « {value} ».{near} Périmètres connus : {known}.",
        "unknown perimeter '{value}'.{near} Known perimeters: {known}.",
    ),
    "unknown_class": (
        "classe de machine inconnue « {value} ».{near} Classes connues : {known}.",
        "unknown machine class '{value}'.{near} Known classes: {known}.",
    ),
    "unknown_source": (
        "source inconnue « {value} ».{near} Ajoutez-la à sources.yaml.",
        "unknown source '{value}'.{near} Add it to sources.yaml.",
    ),
    "unknown_parameter": (
        "paramètre inconnu « {value} ».{near}",
        "unknown parameter '{value}'.{near}",
    ),
    "unknown_choice": (
        "« {value} » n'est pas un choix admis.{near} Choix : {known}.",
        "'{value}' is not an allowed choice.{near} Choices: {known}.",
    ),
    "predates_source": (
        "la valeur est datée du {value}, avant sa source « {source} » ({date}).",
        "the value is dated {value}, before its source '{source}' ({date}).",
    ),
    # Tariff
    "tariff_row": (
        "ligne de tarif refusée, colonne « {column} » : valeur {value!r} ; attendu : {expected}.",
        "tariff row refused, column '{column}': value {value!r}; expected: {expected}.",
    ),
    "tariff_empty": (
        "le fichier ne contient aucun tarif.",
        "the file holds no rate.",
    ),
    "tariff_fields": (
        "la ligne a plus de champs que l'en-tête ({value}). Une virgule en trop ?",
        "the row has more fields than the header ({value}). One comma too many?",
    ),
    "price_invalid": (
        "le tarif {cell} doit être un montant fini, positif ou nul (reçu : {value}).",
        "rate {cell} must be finite and not negative (got: {value}).",
    ),
    "cell_unknown": (
        "le forfait n'a pas de tarif « {value} » : seul le taux plein dépend de l'amortissement, "
        "et de la zone pour l'IRM.",
        "the fee has no rate '{value}': only the full rate depends on amortisation, and on the "
        "zone for MRI.",
    ),
    "tariff_duplicate": (
        "ce tarif est donné deux fois pour la même date (déjà ligne {other}).",
        "this rate is given twice for the same date (already on line {other}).",
    ),
    "tariff_gap": (
        "les dates de ce tarif ne se suivent pas : fin au {end}, reprise au {start}.",
        "the dates of this rate do not follow each other: ends {end}, resumes {start}.",
    ),
    "uniform_cut_short": (
        "aucune baisse uniforme n'économise {value} : même des tarifs nuls au {date} n'atteignent "
        "que {most}. Avancez la première étape, ou demandez moins au forfait.",
        "no uniform cut saves {value}: even prices of zero on {date} only reach {most}. Bring the "
        "first step forward, or ask less of the fee.",
    ),
    "schedule_unknown": (
        "« {value} » n'est ni un fichier ni un barème nommé.{near} Barèmes nommés : {known}.",
        "'{value}' is neither a file nor a named schedule.{near} Named schedules: {known}.",
    ),
    "schedule_band": (
        "la classe « {scope} » n'a ni tranche ni paramètre « {value} ».{near} Elle a : {known}.",
        "class '{scope}' has no band or parameter '{value}'.{near} It has: {known}.",
    ),
    "schedule_parameter": (
        "« {value} » ne dépend ni de l'amortissement ni de la zone. Videz ces deux colonnes, ou "
        "mettez-y *.",
        "'{value}' depends neither on amortisation nor on the zone. Clear these two columns, or "
        "put * there.",
    ),
    "schedule_number": (
        "« {value} » n'est pas un nombre. Dans un fichier séparé par des virgules, écrivez 84.91 "
        "avec un point ; avec des points-virgules, 84,91 se lit aussi.",
        "'{value}' is not a number. In a file separated by commas, write 84.91 with a point; with "
        "semicolons, 84,91 reads too.",
    ),
    "schedule_duplicate": (
        "« {value} » est déjà donné pour la même date ({other}). Gardez l'un des deux.",
        "'{value}' is already given for the same date ({other}). Keep one of the two.",
    ),
    "schedule_too_early": (
        "la date du {value} n'est pas après le début du barème officiel, le {first}. Donnez une "
        "date postérieure.",
        "the date {value} is not after the start of the official schedule, {first}. Give a later "
        "one.",
    ),
    "schedule_json": (
        "ce fichier n'est pas du JSON valide : {detail}.",
        "this file is not valid JSON: {detail}.",
    ),
    "schedule_json_fees": (
        "ce JSON n'a pas de liste « fees » de tarifs. Donnez ce qu'imprime « costing optimise "
        "--json » quand un barème est trouvé.",
        "this JSON has no list 'fees' of prices. Give what 'costing optimise --json' prints when a "
        "schedule is found.",
    ),
    "schedule_no_proposal": (
        "cette feuille n'a pas de colonne « Proposé au JJ/MM/AAAA ». Donnez un classeur écrit par "
        "« costing optimise --out », ou remettez-lui ce titre.",
        "this sheet has no column 'Proposé au DD/MM/YYYY'. Give a workbook written by 'costing "
        "optimise --out', or put that heading back.",
    ),
    "schedule_no_structure": (
        "il manque la feuille « Structure », qui dit si la proposition change les tranches, les "
        "années avant « amorti » ou le coefficient des appareils suivants.{near} Feuilles "
        "trouvées : {known}. Rendez-lui son nom, ou exportez de nouveau la proposition.",
        "sheet 'Structure', which says whether the proposal changes the bands, the years before "
        "'amorti' or the factor for further machines, is missing.{near} Sheets found: {known}. "
        "Give it its name back, or export the proposal again.",
    ),
    "structure_rows": (
        "« {heading} » dit « {value} », mais le tableau compte {count} ligne(s) : une ligne "
        "a-t-elle été perdue ou ajoutée ? Remettez-la, ou corrigez cette case.",
        "'{heading}' says '{value}', but the table has {count} row(s): was a row lost or added? "
        "Put it back, or correct this cell.",
    ),
    "tariff_missing": (
        "aucun tarif connu pour {value} au {date}. Les premiers tarifs connus de cette classe "
        "datent du {first} ; choisissez une date postérieure ou ajoutez les lignes au fichier "
        "des tarifs.",
        "no rate is known for {value} on {date}. The first known rates of this class date from "
        "{first}; choose a later date or add the rows to the tariff file.",
    ),
    "class_without_fee": (
        "la classe « {value} » n'a ni activité de référence ni tarif : son coût se calcule, pas "
        "sa recette.",
        "class '{value}' has no reference activity and no rate: its cost can be computed, not "
        "its revenue.",
    ),
    "bands_order": (
        "classe « {value} » : activité de référence et seuils doivent croître ({bounds}).",
        "class '{value}': reference activity and thresholds must increase ({bounds}).",
    ),
    "reform_date": (
        "la structure change au {value}, qui n'est pas une date de la proposition ({known}). "
        "Choisissez l'une de ces dates, ou ajoutez celle-là aux tarifs.",
        "the structure changes on {value}, which is not a date of the proposal ({known}). Choose "
        "one of these dates, or add that one to the prices.",
    ),
    "reform_limits": (
        "classe « {value} » : l'activité de référence puis les seuils doivent être {count}, "
        "strictement positifs, et croître ({bounds}).",
        "class '{value}': reference activity then thresholds must be {count}, positive, and "
        "increase ({bounds}).",
    ),
    "reform_years": (
        "classe « {value} » : les années avant « amorti » doivent être strictement positives, "
        "{most:g} au plus (reçu : {years}).",
        "class '{value}': the years before 'amorti' must be positive, {most:g} at most (got: "
        "{years}).",
    ),
    "reform_factor": (
        "classe « {value} » : le coefficient des appareils suivants d'une autorisation doit être "
        "entre 0 et 1 (reçu : {factor}).",
        "class '{value}': the factor for further machines on one authorisation must be between 0 "
        "and 1 (got: {factor}).",
    ),
    "acts_order": (
        "les nombres d'actes d'une courbe doivent croître.",
        "the numbers of acts of a curve must increase.",
    ),
    "year_range": (
        "l'année {value} est hors du calendrier : entre {low} et {high}.",
        "year {value} is out of the calendar: between {low} and {high}.",
    ),
    "folder_missing": (
        "le dossier n'existe pas. Créez-le ou choisissez-en un autre.",
        "the folder does not exist. Create it or choose another.",
    ),
    "acts_range": (
        "un nombre d'actes par an est attendu, jusqu'à {most} (reçu : {value}).",
        "a number of acts a year is expected, up to {most} (got: {value}).",
    ),
    "acts_invalid": (
        "le nombre d'actes doit être un nombre fini, positif ou nul (reçu : {value}).",
        "the number of acts must be finite and not negative (got: {value}).",
    ),
    # Fleet
    "year_before_fleet": (
        "l'année {value} précède celle du parc ({year}) : un parc vieillit, il ne rajeunit pas.",
        "year {value} precedes that of the fleet ({year}): a fleet grows older, not younger.",
    ),
    "dynamics_missing": (
        "aucun taux « {rate} » n'est donné pour : {value}. Ajoutez-le à fleet/dynamics.yaml.",
        "no rate '{rate}' is given for: {value}. Add it to fleet/dynamics.yaml.",
    ),
    "fleet_columns": (
        "colonne(s) manquante(s) : {value}. Colonnes attendues : {known}.",
        "missing column(s): {value}. Expected columns: {known}.",
    ),
    "fleet_value": (
        "colonne « {column} », machine « {machine} » : valeur {value!r} ; attendu : {expected}.",
        "column '{column}', machine '{machine}': value {value!r}; expected: {expected}.",
    ),
    "fleet_duplicate": (
        "la machine « {value} » figure deux fois (lignes {lines}).",
        "machine '{value}' is listed twice (lines {lines}).",
    ),
    "fleet_empty": (
        "le parc ne contient aucune machine.",
        "the fleet holds no machine.",
    ),
    # Scenario and store
    "scenario_json": (
        "le scénario n'est pas du JSON valide : {detail}.",
        "the scenario is not valid JSON: {detail}.",
    ),
    "scenario_format": (
        "format de scénario {value!r} inconnu ; cette version lit le format {known}.",
        "unknown scenario format {value!r}; this version reads format {known}.",
    ),
    "scenario_unknown": (
        "aucun scénario « {value} » dans la base.",
        "no scenario '{value}' in the store.",
    ),
    "scenario_stale": (
        "le scénario « {value} » a changé pendant votre travail : vous partiez de la révision "
        "{base}, et {author} a enregistré la révision {number} ({reason}). Voyez les différences, "
        "puis enregistrez à partir de la révision {number}.",
        "scenario '{value}' changed while you worked: you started from revision {base}, and "
        "{author} saved revision {number} ({reason}). See the differences, then save from revision "
        "{number}.",
    ),
    "scenario_lossy": (
        "« {value} » ne se relirait pas tel quel une fois enregistré. N'y mettez que des textes, "
        "des nombres finis, des oui/non et des vides.",
        "'{value}' would not read back as it is once saved. Use only texts, finite numbers, "
        "booleans and blanks there.",
    ),
    "revision_damaged": (
        "la révision {number} du scénario « {value} » n'est plus celle qui fut enregistrée : son "
        "empreinte diffère. Restaurez une sauvegarde de la base, ou repartez d'une autre révision.",
        "revision {number} of scenario '{value}' is no longer what was saved: its hash differs. "
        "Restore a backup of the database, or start from another revision.",
    ),
    "store_unavailable": (
        "la base des scénarios « {value} » ne s'ouvre pas ou refuse : {detail}. Vérifiez son "
        "adresse ({variable}), les droits et la place sur le disque.",
        "the scenario database '{value}' cannot be opened or refuses: {detail}. Check its "
        "address ({variable}), the permissions and the free disk space.",
    ),
    "demand_range": (
        "la valeur {value:g} sort de ce que la contrainte admet, de {low:g} à {high:g}.",
        "the value {value:g} is outside what the constraint admits, {low:g} to {high:g}.",
    ),
    "frontier_same": (
        "les deux mesures d'une frontière doivent différer : « {value} » est donnée deux fois.",
        "the two measures of a frontier must differ: '{value}' is given twice.",
    ),
    "frontier_empty": (
        "aucun barème ne respecte les demandes, même sans rien économiser : calculez d'abord le "
        "barème pour voir lesquelles se contredisent.",
        "no schedule meets the demands, even with nothing saved: compute the schedule first to see "
        "which of them contradict each other.",
    ),
    "behaviour_unsettled": (
        "les réactions des exploitants ne se stabilisent pas : après {rounds} tours, l'une d'elles "
        "change encore de {value}. Réduisez les élasticités ou les parts d'exploitants qui "
        "décident.",
        "the owners' answers do not settle: after {rounds} rounds, one of them still changes by "
        "{value}. Reduce the elasticities or the shares of owners who decide.",
    ),
    "structure_size": (
        "{value} structures à essayer pour la classe « {scope} » : au plus {high}. Donnez moins de "
        "valeurs.",
        "{value} structures to try for class '{scope}': at most {high}. Give fewer values.",
    ),
    "demand_scope": (
        "« {value} » n'est pas une portée de « {constraint} ».{near} Portées : {known}.",
        "'{value}' is not a scope of '{constraint}'.{near} Scopes: {known}.",
    ),
    "date_order": (
        "les dates d'effet doivent être données, croître et suivre le {after} : {value}.",
        "the effect dates must be given, increase and come after {after}: {value}.",
    ),
    # Workbooks
    "wb_not_xlsx": (
        "ce fichier n'est pas un classeur .xlsx. Enregistrez-le au format « Classeur Excel "
        "(.xlsx) », puis réessayez.",
        "this file is not an .xlsx workbook. Save it as 'Excel Workbook (.xlsx)', then retry.",
    ),
    "wb_old_format": (
        "ce fichier est à l'ancien format .xls. Ouvrez-le et enregistrez-le au format .xlsx, puis "
        "réessayez.",
        "this file is in the old .xls format. Open it, save it as .xlsx, then retry.",
    ),
    "wb_encrypted": (
        "ce classeur est protégé par un mot de passe à l'ouverture. Enlevez-le, enregistrez, puis "
        "réessayez.",
        "this workbook needs a password to open. Remove it, save, then retry.",
    ),
    "wb_too_large": (
        "le fichier dépasse {limit} Mo. Enlevez les feuilles et images étrangères au modèle.",
        "the file exceeds {limit} MB. Remove sheets and images that are not in the template.",
    ),
    "wb_swollen": (
        "le contenu décompressé du fichier est démesuré ({value} Mo ; {limit} au plus). Recopiez "
        "vos valeurs dans un modèle neuf.",
        "the unpacked content of the file is out of proportion ({value} MB; {limit} at most). Copy "
        "your values into a new template.",
    ),
    "wb_too_many_cells": (
        "cette feuille compte des millions de cellules. Recopiez vos valeurs dans un modèle neuf.",
        "this sheet has millions of cells. Copy your values into a new template.",
    ),
    "wb_damaged": (
        "le classeur est endommagé : {detail}. Ouvrez-le, enregistrez-le de nouveau, puis "
        "réessayez.",
        "the workbook is damaged: {detail}. Open it, save it again, then retry.",
    ),
    "wb_other_reference": (
        "ce classeur a été établi sur d'autres données de référence (empreinte {value} ; ici "
        "{expected}). Téléchargez un modèle neuf et reportez-y vos changements.",
        "this workbook was made on other reference data (fingerprint {value}; here {expected}). "
        "Download a new template and carry your changes over.",
    ),
    "wb_sheet_missing": (
        "il manque la feuille « {value} ».{near} Feuilles trouvées : {known}. Rendez-lui son nom, "
        "ou repartez d'un modèle neuf.",
        "sheet '{value}' is missing.{near} Sheets found: {known}. Give it its name back, or start "
        "from a new template.",
    ),
    "wb_headings_missing": (
        "la ligne de titres n'est pas trouvée (titre attendu : « {value} »). Titres : {known}.",
        "the row of headings is not found (heading expected: '{value}'). Headings: {known}.",
    ),
    "wb_column_missing": (
        "il manque la colonne « {value} ». Rendez-lui son titre, ou repartez d'un modèle neuf.",
        "column '{value}' is missing. Give it its heading back, or start from a new template.",
    ),
    "wb_heading_twice": (
        "le titre « {value} » figure deux fois (aussi en {other}). Gardez une seule colonne.",
        "heading '{value}' is there twice (also in {other}). Keep one column.",
    ),
    "wb_label_missing": (
        "l'intitulé « {value} » n'est pas trouvé. Repartez d'un modèle neuf.",
        "label '{value}' is not found. Start from a new template.",
    ),
    "wb_rows_missing": (
        "il manque {count} ligne(s) du modèle : {value}. Remettez-les (une ligne absente ne veut "
        "pas dire « inchangée »).",
        "{count} row(s) of the template are missing: {value}. Put them back (an absent row does "
        "not mean 'unchanged').",
    ),
    "wb_beyond": (
        "du contenu figure au-delà de la dernière ligne lue ({limit}). Remontez-le ou effacez-le.",
        "there is content beyond the last row read ({limit}). Move it up or delete it.",
    ),
    "wb_merged": (
        "les cellules {value} sont fusionnées dans le tableau. Défusionnez-les, puis remplissez "
        "chaque case.",
        "cells {value} are merged inside the table. Unmerge them, then fill each cell.",
    ),
    "wb_duplicate": (
        "« {value} » figure aussi en {other}. Gardez une seule des deux lignes.",
        "'{value}' is also in {other}. Keep one of the two rows.",
    ),
    "wb_no_key": (
        "cette ligne est remplie sans « {heading} ». Écrivez-la, ou videz la ligne.",
        "this row is filled without '{heading}'. Write it, or clear the row.",
    ),
    "wb_unknown_key": (
        "clé inconnue « {value} ».{near} Rendez-lui celle du modèle.",
        "unknown key '{value}'.{near} Put back the one of the template.",
    ),
    "wb_label_changed": (
        "« {value} » ne correspond pas à l'adresse de la ligne, qui est celle de « {expected} » : "
        "une colonne a-t-elle été triée ou décalée ? Remettez la ligne en ordre.",
        "'{value}' does not match the address of the row, which is that of '{expected}': was a "
        "column sorted or shifted? Put the row back in order.",
    ),
    "wb_unit_changed": (
        "l'unité « {value} » n'est pas celle de la ligne, « {expected} ». Convertissez la valeur "
        "et remettez l'unité.",
        "unit '{value}' is not that of the row, '{expected}'. Convert the value and put the unit "
        "back.",
    ),
    "wb_blank": (
        "« {heading} » est vide ; une valeur est attendue (vide ne veut pas dire zéro).",
        "'{heading}' is blank; a value is expected (blank does not mean zero).",
    ),
    "wb_uncomputed": (
        "cette formule n'a été calculée par aucun tableur. Ouvrez le fichier dans Excel ou "
        "LibreOffice, enregistrez, puis réessayez.",
        "no spreadsheet program has computed this formula. Open the file in Excel or LibreOffice, "
        "save, then retry.",
    ),
    "wb_error_value": (
        "la case porte une erreur ({value}). Corrigez la formule, ou écrivez la valeur.",
        "the cell holds an error ({value}). Correct the formula, or write the value.",
    ),
    "wb_not_number": (
        "« {value} » n'est pas un nombre. Écrivez par exemple 1234,5 ou « 1,2 M€ ».",
        "'{value}' is not a number. Write for instance 1234,5 or '1,2 M€'.",
    ),
    "wb_date_not_number": (
        "la case porte une date ({value}) et non un nombre : le tableur a pu transformer la "
        "saisie. Mettez la case au format nombre et écrivez de nouveau la valeur.",
        "the cell holds a date ({value}), not a number: the program may have turned what was "
        "typed. Set the cell to a number format and type the value again.",
    ),
    "wb_not_whole": (
        "« {value} » n'est pas un nombre entier.",
        "'{value}' is not a whole number.",
    ),
    "wb_not_text": (
        "un texte est attendu (lu : {value}).",
        "a text is expected (got: {value}).",
    ),
    "wb_not_date": (
        "« {value} » n'est pas une date sûre. Écrivez JJ/MM/AAAA (31/12/2024) ou AAAA-MM-JJ.",
        "'{value}' is not a sure date. Write DD/MM/YYYY (31/12/2024) or YYYY-MM-DD.",
    ),
    "wb_ambiguous_number": (
        "« {value} » se lit de deux façons : {first} ou {second}. Écrivez {second} sans point ni "
        "virgule, ou ajoutez une décimale.",
        "'{value}' reads in two ways: {first} or {second}. Write {second} without point or comma, "
        "or add a decimal.",
    ),
    "wb_ambiguous_rate": (
        "« {value} » dans une case de taux se lit {first} ou {second}. Écrivez le taux avec son "
        "signe %.",
        "'{value}' in a rate cell reads {first} or {second}. Write the rate with its % sign.",
    ),
    "wb_percent_unexpected": (
        "« {value} » est un pourcentage, alors que l'unité est « {unit} ». Écrivez la valeur dans "
        "cette unité, au format nombre.",
        "'{value}' is a percentage, while the unit is '{unit}'. Write the value in that unit, in "
        "a number format.",
    ),
    "wb_scaled_format": (
        "la case affiche « {shown} » par son format, mais contient {value}. Écrivez la valeur "
        "entière, au format nombre.",
        "the cell shows '{shown}' through its format, but holds {value}. Write the whole value, "
        "in a number format.",
    ),
    "wb_unknown_suffix": (
        "« {suffix} » n'est pas compris dans « {value} ». Écrivez la valeur dans l'unité de la "
        "ligne (« {unit} ») ; pour des euros, k€, M€ et Md€ sont admis.",
        "'{suffix}' is not understood in '{value}'. Write the value in the unit of the row "
        "('{unit}'); for euros, k€, M€ and Md€ are allowed.",
    ),
    "wb_out_of_range": (
        "{value} est hors de ce qui est admis ici : {expected}.",
        "{value} is outside what is allowed here: {expected}.",
    ),
    "wb_vat_unexpected": (
        "la TVA ne se donne que pour un montant en euros. Videz la case.",
        "VAT is only for an amount in euros. Clear the cell.",
    ),
    "wb_grade_without_source": (
        "la valeur est changée et notée {value}, mais sa source est restée celle de l'ancienne "
        "valeur. Donnez la source de la nouvelle, ou la note D.",
        "the value is changed and graded {value}, but its source is still that of the old value. "
        "Give the source of the new one, or grade D.",
    ),
    "wb_fleet_empty": (
        "« {value} » est rempli mais le parc n'a aucun appareil. Ajoutez les appareils, ou videz "
        "cette case pour garder le parc de référence.",
        "'{value}' is filled but the fleet has no machine. Add the machines, or clear this cell to "
        "keep the reference fleet.",
    ),
}
