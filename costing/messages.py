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
    "bounds_missing": (
        "une loi {distribution} demande les trois valeurs bas, mode et haut.",
        "a {distribution} distribution needs low, mode and high.",
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
    "date_order": (
        "les dates d'effet doivent croître et suivre le {after} : {value}.",
        "the effect dates must increase and come after {after}: {value}.",
    ),
}
