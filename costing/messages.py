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
    "annex_suffix": (
        "une annexe s'écrit en .docx (Word) ou en .xlsx (Excel), non en {value}. Changez la fin du "
        "nom.",
        "an annex is written as .docx (Word) or .xlsx (Excel), not {value}. Change how the name "
        "ends.",
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
    # Activity files
    "activity_origin": (
        "indiquez soit une colonne du fichier (column), soit une constante (constant).",
        "give either a column of the file (column) or a constant (constant).",
    ),
    "activity_unmapped": (
        "rien ne donne « {value} ». Indiquez la colonne du fichier, ou une constante.",
        "nothing gives '{value}'. Name the column of the file, or a constant.",
    ),
    "activity_absent": (
        "la colonne « {value} », attendue pour « {column} », n'est pas dans le fichier. Colonnes : "
        "{known}. Corrigez la correspondance, ou le fichier.",
        "column '{value}', expected for '{column}', is not in the file. Columns: {known}. Correct "
        "the mapping, or the file.",
    ),
    "activity_code": (
        "« {wording} » est traduit par « {value} », qui n'existe pas ({column}).{near} Admis : "
        "{known}.",
        "'{wording}' is translated by '{value}', which does not exist ({column}).{near} Known: "
        "{known}.",
    ),
    "activity_two_columns": (
        "plusieurs colonnes peuvent être « {value} » : {headings}. Choisissez.",
        "several columns may be '{value}': {headings}. Choose.",
    ),
    "activity_doubtful": (
        "la colonne {headings} est peut-être « {value} ». Confirmez, ou choisissez-en une autre.",
        "column {headings} may be '{value}'. Confirm, or choose another.",
    ),
    "activity_no_inpatients": (
        "aucune colonne ne donne les actes d'hospitalisés. Indiquez-la, ou confirmez la constante "
        "0 : tous les actes seraient facturés au forfait.",
        "no column gives in-patients' acts. Name it, or confirm the constant 0: every act would be "
        "billed.",
    ),
    "activity_no_site": (
        "aucune colonne ne donne le site. Indiquez-la, ou confirmez que chaque appareil est seul "
        "sur son site.",
        "no column gives the site. Name it, or confirm that each machine is alone on its site.",
    ),
    "activity_too_large": (
        "le fichier dépasse {limit} Mo, ou son contenu décompressé est démesuré. Ne gardez que les "
        "colonnes utiles, ou enregistrez-le en CSV ou Parquet.",
        "the file exceeds {limit} MB, or unpacks out of proportion. Keep the useful columns only, "
        "or save it as CSV or Parquet.",
    ),
    "activity_rows": (
        "{value} lignes ; {limit} au plus. Découpez le fichier par année.",
        "{value} rows; {limit} at most. Split the file by year.",
    ),
    "activity_kind": (
        "ce fichier n'est ni un tableur (.xlsx, .ods), ni du CSV, ni du Parquet. Enregistrez-le "
        "dans un de ces formats.",
        "this file is no spreadsheet (.xlsx, .ods), CSV or Parquet. Save it in one of these.",
    ),
    "activity_damaged": (
        "le fichier ne se lit pas jusqu'au bout : {detail}. Ouvrez-le, enregistrez-le de nouveau, "
        "puis réessayez.",
        "the file cannot be read through: {detail}. Open it, save it again, then retry.",
    ),
    "activity_empty": (
        "le fichier ne contient aucune ligne d'activité.",
        "the file holds no row of activity.",
    ),
    "activity_encoding": (
        "l'encodage du fichier n'est ni UTF-8, ni UTF-16, ni sûrement Windows (cp1252). "
        "Enregistrez-le en UTF-8, ou donnez `encoding` dans la correspondance (layout).",
        "the file's encoding is neither UTF-8, nor UTF-16, nor surely Windows (cp1252). Save it as "
        "UTF-8, or give `encoding` in the mapping (layout).",
    ),
    "activity_separator": (
        "ni le séparateur ni la ligne des titres ne sont sûrs. Mettez les titres sur une ligne, ou "
        "donnez `separator` et `header_line` dans la correspondance (layout).",
        "neither the separator nor the line of headings is sure. Put the headings on one line, or "
        "give `separator` and `header_line` in the mapping (layout).",
    ),
    "activity_header": (
        "aucune ligne de titres n'est reconnue. Mettez les titres sur une ligne, ou donnez "
        "`header_line` dans la correspondance (layout).",
        "no line of headings is recognised. Put the headings on one line, or give `header_line` in "
        "the mapping (layout).",
    ),
    "activity_sheet": (
        "aucune feuille « {value} ». Feuilles du classeur : {known}.",
        "no sheet '{value}'. Sheets of the workbook: {known}.",
    ),
    "activity_sheets": (
        "plusieurs feuilles peuvent être celle du parc : {known}. Donnez `sheet` dans la "
        "correspondance (layout).",
        "several sheets may hold the fleet: {known}. Give `sheet` in the mapping (layout).",
    ),
    "activity_ragged": (
        "{count} ligne(s) n'ont pas {expected} colonnes comme les titres (la première : {value}). "
        "Lignes {lines}. Mettez entre guillemets les textes qui contiennent le séparateur.",
        "{count} row(s) do not have {expected} columns as the headings do (the first: {value}). "
        "Lines {lines}. Quote the texts that contain the separator.",
    ),
    "activity_year": (
        "l'année des actes n'est pas connue (reçu : {value}). Donnez-la, de 2000 à 2100 (--year).",
        "the year of the acts is not known (got: {value}). Give it, 2000 to 2100 (--year).",
    ),
    "activity_years": (
        "le fichier porte sur : {years}. Dites quelle année garder (--year ; demandé : {value}).",
        "the file is about: {years}. Say which year to keep (--year; asked: {value}).",
    ),
    "activity_blank": (
        "« {column} » est vide. Donnez une valeur, ou dites ce que vaut une cellule vide dans la "
        "correspondance (values, texte vide). {lines}",
        "'{column}' is blank. Give a value, or say in the mapping what a blank means (values, "
        "empty text). {lines}",
    ),
    "activity_wording": (
        "« {column} » : « {value} » n'est pas reconnu.{near} Dites ce qu'il veut dire dans la "
        "correspondance (values). Admis : {known}. {lines}",
        "'{column}': '{value}' is not recognised.{near} Say what it means in the mapping (values). "
        "Known: {known}. {lines}",
    ),
    "activity_many_values": (
        "« {column} » : {count} valeurs différentes (« {value} »…) : ce n'est sans doute pas la "
        "bonne colonne. {lines}",
        "'{column}': {count} different values ('{value}'...): probably not the right column. "
        "{lines}",
    ),
    "activity_more": (
        "« {column} » : {count} autres valeurs refusées pour la même raison ; toutes sont dans la "
        "liste complète.",
        "'{column}': {count} other values refused for the same reason; the full list has them all.",
    ),
    "activity_department": (
        "« {value} » n'est pas un département (numéro, nom ou code postal). Corrigez, ou traduisez "
        "par son numéro (values). {lines}",
        "'{value}' is not a French department (number, name or postcode). Correct it, or translate "
        "it by its number (values). {lines}",
    ),
    "activity_zone": (
        "en {value}, la région ne dit pas si c'est Paris ou la région parisienne. Indiquez une "
        "colonne de zone ou de département. {lines}",
        "in {value}, the region does not tell Paris from its surroundings. Name a column of zones "
        "or departments. {lines}",
    ),
    "activity_scientific": (
        "« {value} » est un identifiant abîmé par un tableur (notation scientifique). Reprenez-le "
        "à sa source, en texte. {lines}",
        "'{value}' is an identifier damaged by a spreadsheet (scientific notation). Take it again "
        "from its source, as text. {lines}",
    ),
    "activity_error_value": (
        "« {value} » est une erreur de tableur. Corrigez la formule, ou collez la valeur. {lines}",
        "'{value}' is a spreadsheet error. Correct the formula, or paste the value. {lines}",
    ),
    "activity_number": (
        "« {column} » : « {value} » n'est pas un nombre. Corrigez, ou dites ce qu'il vaut dans la "
        "correspondance (values). {lines}",
        "'{column}': '{value}' is not a number. Correct it, or say what it stands for in the "
        "mapping (values). {lines}",
    ),
    "activity_two_numbers": (
        "« {column} » : « {value} » se lit {first} ou {second}. Donnez `decimal` (« , » ou « . ») "
        "dans la correspondance (layout). {lines}",
        "'{column}': '{value}' reads {first} or {second}. Give `decimal` (',' or '.') in the "
        "mapping (layout). {lines}",
    ),
    "activity_date": (
        "« {column} » : « {value} » n'est pas une date JJ/MM/AAAA ou AAAA-MM-JJ. Corrigez. {lines}",
        "'{column}': '{value}' is not a date DD/MM/YYYY or YYYY-MM-DD. Correct it. {lines}",
    ),
    "activity_date_order": (
        "« {column} » : « {value} » met sans doute le mois avant le jour, et les autres dates "
        "aussi. Écrivez `dates: month_first` dans la correspondance (layout), ou corrigez. {lines}",
        "'{column}': '{value}' probably puts the month first, and so the other dates. Write "
        "`dates: month_first` in the mapping (layout), or correct it. {lines}",
    ),
    "activity_date_serial": (
        "« {column} » : « {value} » est un nombre, pas une date. Donnez aux cellules un format de "
        "date, ou écrivez JJ/MM/AAAA. {lines}",
        "'{column}': '{value}' is a number, not a date. Give the cells a date format, or write "
        "DD/MM/YYYY. {lines}",
    ),
    "activity_date_short": (
        "« {column} » : « {value} » ne dit pas le siècle. Écrivez l'année en quatre chiffres. "
        "{lines}",
        "'{column}': '{value}' does not say the century. Write the year in four digits. {lines}",
    ),
    "activity_check": (
        "« {column} » : « {value} » ; attendu : {expected}. {lines}",
        "'{column}': '{value}'; expected: {expected}. {lines}",
    ),
    "activity_repeated": (
        "{count} appareil(s) sur plusieurs lignes, dont « {value} ». Si leurs actes s'ajoutent "
        "(fichier par mois, par tranche), dites-le : `rows: several` ; sinon, corrigez. {lines}",
        "{count} machine(s) on several rows, among which '{value}'. If their acts add up (file by "
        "month, by band), say so: `rows: several`; else correct. {lines}",
    ),
    "activity_disagree": (
        "« {column} » de l'appareil « {machine} » : « {first} » ligne {other_line}, puis "
        "« {value} ». Les lignes d'un appareil doivent s'accorder. {lines}",
        "'{column}' of machine '{machine}': '{first}' on line {other_line}, then '{value}'. The "
        "rows of a machine must agree. {lines}",
    ),
    "fleet_too_many": (
        "un scénario porte au plus {limit} appareils, le parc en a {value}. Si plusieurs lignes "
        "sont un même appareil, dites-le (`rows: several`) ; sinon regroupez les appareils "
        "semblables avec un poids.",
        "a scenario carries at most {limit} machines, the fleet has {value}. If several rows are "
        "one machine, say so (`rows: several`); else put like machines together with a weight.",
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
    "savings_year": (
        "l'année {value} ne compte pas dans les économies demandées ; elle ne peut avoir de "
        "minimum. Années : {known}.",
        "the year {value} does not count in the savings asked for; it can have no minimum. "
        "Years: {known}.",
    ),
    "demand_scope": (
        "« {value} » n'est pas une portée de « {constraint} ».{near} Portées : {known}.",
        "'{value}' is not a scope of '{constraint}'.{near} Scopes: {known}.",
    ),
    "date_order": (
        "les dates d'effet doivent être données, croître et suivre le {after} : {value}.",
        "the effect dates must be given, increase and come after {after}: {value}.",
    ),
    "unavailable_other": (
        "la raison est « autre » : écrivez laquelle en précision.",
        "the reason is 'other': write which one as the detail.",
    ),
    "unavailable_dates": (
        "la fin ({value}) précède le début ({since}). Corrigez l'une des deux dates.",
        "the end ({value}) comes before the start ({since}). Correct one of the two dates.",
    ),
    "unavailable_given": (
        "« {value} » est déclarée non disponible et reçoit pourtant une autre valeur. Retirez la "
        "déclaration, ou rendez à la donnée sa valeur de référence.",
        "'{value}' is declared unavailable and yet given another value. Remove the declaration, or "
        "give the datum its reference value back.",
    ),
    "unknown_machine": (
        "aucun appareil du parc ne s'appelle « {value} ».{near}",
        "no machine of the fleet is called '{value}'.{near}",
    ),
    # Workbooks
    "wb_not_xlsx": (
        "ce fichier n'est pas un classeur .xlsx, mais {kind}. Ouvrez-le dans un tableur et "
        "enregistrez-le au format « Classeur Excel (.xlsx) », puis réessayez.",
        "this file is not an .xlsx workbook but {kind}. Open it in a spreadsheet program, save it "
        "as 'Excel Workbook (.xlsx)', then retry.",
    ),
    "wb_truncated": (
        "ce classeur est incomplet : il s'arrête avant sa fin. Reprenez le fichier d'origine (un "
        "envoi ou une copie a pu être coupé), puis réessayez.",
        "this workbook is incomplete: it stops before its end. Take the original file (a copy or a "
        "download may have been cut short), then retry.",
    ),
    "wb_macros": (
        "ce classeur contient des macros ({value}) ; aucune n'est exécutée, mais le fichier est "
        "refusé. Enregistrez-le au format « Classeur Excel (.xlsx) », sans macros, puis réessayez.",
        "this workbook holds macros ({value}); none is run, but the file is refused. Save it as "
        "'Excel Workbook (.xlsx)', without macros, then retry.",
    ),
    "wb_links": (
        "ce classeur est lié à d'autres fichiers ({value}) ; aucun n'est ouvert. Rompez les "
        "liaisons (Données › Modifier les liens › Rompre), enregistrez, puis réessayez.",
        "this workbook is linked to other files ({value}); none is opened. Break the links "
        "(Data › Edit links › Break link), save, then retry.",
    ),
    "wb_dde": (
        "ce classeur demande des valeurs à un autre programme (liaison DDE, {value}) ; rien n'est "
        "exécuté, mais le fichier est refusé. Supprimez cette liaison, puis réessayez.",
        "this workbook asks another program for values (DDE link, {value}); nothing is run, but "
        "the file is refused. Remove that link, then retry.",
    ),
    "wb_objects": (
        "ce classeur contient des objets incorporés ({value}). Supprimez-les, enregistrez, puis "
        "réessayez.",
        "this workbook holds embedded objects ({value}). Delete them, save, then retry.",
    ),
    "wb_connections": (
        "ce classeur est connecté à des données extérieures ({value}) ; rien n'est demandé. "
        "Supprimez la connexion (Données › Requêtes et connexions), puis réessayez.",
        "this workbook is connected to outside data ({value}); nothing is asked of it. Delete the "
        "connection (Data › Queries & Connections), then retry.",
    ),
    "wb_command": (
        "la formule de cette case appelle un autre programme (DDE) ; elle n'est pas exécutée. "
        "Effacez-la et écrivez la valeur.",
        "the formula of this cell calls another program (DDE); it is not run. Clear it and write "
        "the value.",
    ),
    "wb_outside_formula": (
        "la formule de cette case prend sa valeur hors du classeur (lu : {value}). Remplacez-la "
        "par la valeur, et dites-en la source.",
        "the formula of this cell takes its value from outside the workbook (got: {value}). "
        "Replace it with the value, and give its source.",
    ),
    "wb_hidden": (
        "cette case n'est pas visible ({where}) et porte une valeur qui compte : {value}. "
        "Affichez-la, relisez-la, puis réessayez.",
        "this cell is not visible ({where}) and holds a value that counts: {value}. Show it, read "
        "it again, then retry.",
    ),
    "wb_sheet_copy": (
        "la feuille « {value} » double « {other} » : laquelle fait foi ? Gardez-en une seule, "
        "nommée « {other} ».",
        "sheet '{value}' doubles '{other}': which one counts? Keep one only, named '{other}'.",
    ),
    "wb_many_problems": (
        "plus de {value} problèmes : la lecture s'est arrêtée là. Repartez d'un modèle neuf et "
        "reportez-y vos changements.",
        "more than {value} problems: the reading stopped there. Start from a new template and "
        "carry your changes over.",
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
    "export_fleet": (
        "ce parc compte {value} lignes : un classeur qui les calcule n'en admet que {limit}. "
        "Regroupez les appareils semblables (colonne « Poids »), puis exportez de nouveau.",
        "this fleet has {value} rows: a workbook that computes them all admits {limit}. Group "
        "machines that are alike (column « Poids »), then export again.",
    ),
    "export_too_early": (
        "ce barème change les tarifs dès le {value}, avant le premier tarif officiel des années "
        "comptées ({first}) : le classeur ne sait pas l'écrire. Donnez une date plus tardive.",
        "this schedule changes fees from {value} on, before the first official tariff of the years "
        "counted ({first}): the workbook cannot hold it. Give a later date.",
    ),
    "export_not_straight": (
        "le modèle de coût « {value} » n'est pas une droite des actes : le classeur ne sait pas "
        "l'écrire en formules. Écrivez ses lignes sans produit ni seuil des actes, ou calculez-le "
        "dans l'outil.",
        "cost model « {value} » is not a straight line in the acts: the workbook cannot hold it as "
        "formulas. Write its lines without products or thresholds of acts, or compute it in the "
        "tool.",
    ),
    "verify_not_export": (
        "ce classeur n'est pas une proposition exportée par l'outil : la feuille n'y est pas. "
        "Exportez-la depuis la page « Barème », ou par « costing export ».",
        "this workbook is not a proposal exported by the tool: the sheet is not there. Export one "
        "from the page « Barème », or with « costing export ».",
    ),
    "export_renewal": (
        "sans puissance de l'âge (dynamics.renewal_age_power), le parc renouvelle strictement les "
        "plus anciens, ce que le classeur n'écrit pas en formules. Donnez une puissance, 6 par "
        "exemple.",
        "without an age power (dynamics.renewal_age_power) the oldest machines are strictly "
        "replaced first, which the workbook cannot hold as formulas. Give a power, such as 6.",
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
    "wb_unavailable_given": (
        "« {value} » est déclarée non disponible et changée dans le même classeur : voyez {other}. "
        "Retirez la déclaration, ou rendez à la ligne sa valeur, sa source et sa note, et videz "
        "« Qui », « Le » et « Pourquoi ».",
        "'{value}' is declared unavailable and changed in the same workbook: see {other}. Remove "
        "the declaration, or give the row its value, source and grade back, and clear who, when "
        "and why.",
    ),
    "wb_unavailable_two": (
        "cette ligne nomme à la fois une adresse et une donnée du parc. Gardez l'une des deux.",
        "this row names both an address and a datum of the fleet. Keep one of the two.",
    ),
    "wb_fleet_empty": (
        "« {value} » est rempli mais le parc n'a aucun appareil. Ajoutez les appareils, ou videz "
        "cette case pour garder le parc de référence.",
        "'{value}' is filled but the fleet has no machine. Add the machines, or clear this cell to "
        "keep the reference fleet.",
    ),
}
