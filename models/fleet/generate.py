r"""Build the synthetic reference fleet: `python models/fleet/generate.py [DIRECTORY]`.

Run from the root. Writes `parc_2024.csv`, and `calibration.yaml` with its `reached` figures
renewed, here or into DIRECTORY; same seed, same bytes. No file of the French machines is public by
class, sector, age and activity: this one is drawn to meet the targets of `calibration.yaml`.

1. Counts are apportioned exactly (largest remainder): Île-de-France from the regional agency, other
   regions by population; sectors and classes are then shuffled, independently of each other.
2. Ages are those of machines replaced at gamma-distributed ages in a fleet growing at rate $g$:
   density $\propto S(a) e^{-g a}$ at age $a$, with $S$ the share of machines still in use.
3. A machine's acts are lognormal within modality and sector, times a factor for its class and its
   rank on the site, scaled to the mean of the stratum. The in-patients' share is beta-distributed.
   Both are drawn at evenly spaced quantiles, so that their shape carries no sampling noise.
4. The billed acts of CT and MRI are multiplied by the one factor for which the official schedule
   pays the published total of 2024, bands and the tariff change of 1 March included; then rounded.

Limits: class, sector, region, age and activity are independent but for the factors named above; no
machine is a real one; nothing local (a region, a class, a site) should be read off this file.
"""

from __future__ import annotations

import datetime as dt
import re
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import yaml
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.special import betaincinv, gammaincc, ndtri

from costing.fee.schedule import ZONES, FeeSchedule
from costing.fleet.columns import COLUMNS, SECTORS
from costing.fleet.fleet import Fleet, validate
from costing.reference.load import load_schedule

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]

HERE = Path(__file__).resolve().parent
SEED = 2024
YEAR = 2024
HEADER = "# Parc synthétique et calibré, aucun appareil réel : calibration.yaml, generate.py.\n"
MRI_CLASSES = "le_0_5t", "0_5t_1_5t", "1_5t", "1_5t_membres", "1_5t_osteo", "gt_1_5t"
CLASSES = {
    "irm": tuple(f"irm_{name}" for name in MRI_CLASSES),
    "scanner": ("scanner",), "tep": ("tep", "tep_tdm"),
}  # fmt: skip
CALIBRATED = ("irm", "scanner")  # whose fees make the published total
IDF = "Île-de-France"

# Legal populations in force on 1 January 2024, thousands (INSEE, 28/12/2023; Mayotte: 2017 census).
POPULATION = {
    "Auvergne-Rhône-Alpes": 8114, "Bourgogne-Franche-Comté": 2800, "Bretagne": 3395,
    "Centre-Val de Loire": 2573, "Corse": 348, "Grand Est": 5561, "Guadeloupe": 384, "Guyane": 287,
    "Hauts-de-France": 5995, IDF: 12317, "La Réunion": 871, "Martinique": 361, "Mayotte": 257,
    "Normandie": 3328, "Nouvelle-Aquitaine": 6069, "Occitanie": 6022, "Pays de la Loire": 3854,
    "Provence-Alpes-Côte d'Azur": 5128,
}  # fmt: skip
REGIONS = np.array(list(POPULATION))
INHABITANTS = np.array(list(POPULATION.values()), dtype=float)

# Grade D, and not seen in the file's totals: the other assumptions are targets of calibration.yaml.
#: Sectors whose mean acts are one figure, in the order of SECTORS.
GROUPS = ("liberal", "hospital", "hospital", "gie")
#: Standard deviation of the logarithm of acts, in the order of SECTORS.
LOG_SPREAD = {"irm": (0.22, 0.32, 0.32, 0.22), "scanner": (0.3, 0.32, 0.32, 0.3), "tep": (0.3,) * 4}
BETA_CONCENTRATION = 20.0
CLASS_FACTOR = {"irm_le_0_5t": 0.6, "irm_0_5t_1_5t": 0.8, "irm_1_5t_membres": 0.9, "tep": 0.8}
RANK_FACTOR = np.array([1.03, 0.96, 0.92])
#: Share of the sites with one, two or three machines of the modality.
SITE_SIZES = {"irm": (0.72, 0.21, 0.07), "scanner": (0.78, 0.18, 0.04), "tep": (0.70, 0.24, 0.06)}
#: Mean age at replacement, its coefficient of variation, yearly growth of the fleet.
RENEWAL = {"irm": (10.0, 0.28, 0.0555), "scanner": (6.5, 0.45, 0.0371), "tep": (8.0, 0.32, 0.0555)}


def apportion(total: int, shares: Floats) -> Ints:
    """Whole counts that add up to `total`, nearest to `shares` (largest remainder)."""
    quota = total * shares / shares.sum()
    whole = np.floor(quota)
    rank = np.argsort(np.argsort(whole - quota, kind="stable"))
    return np.asarray(whole + (rank < total - whole.sum()), dtype=np.intp)


def shuffled(rng: np.random.Generator, counts: Ints) -> Ints:
    """Indices of the categories, each as many times as counted, in random order."""
    drawn = np.repeat(np.arange(len(counts)), counts)
    return np.asarray(drawn[np.argsort(rng.random(len(drawn)))])


def quantiles(rng: np.random.Generator, strata: Ints) -> Floats:
    """Evenly spaced probabilities $(k + 1/2) / n$ within each stratum, in random order."""
    order = np.lexsort((rng.random(len(strata)), strata))
    counts = np.bincount(strata)
    rank = np.empty(len(strata))
    rank[order] = np.arange(len(strata)) - (np.cumsum(counts) - counts)[strata[order]]
    return np.asarray((rank + 0.5) / counts[strata])


def scaled(values: NDArray[Any], strata: Ints, totals: NDArray[Any]) -> Floats:
    """`values` times one factor a stratum, such that each stratum adds up to its total."""
    sums = np.bincount(strata, weights=values, minlength=len(totals))
    return np.asarray(values * (totals / sums)[strata])


def places(rng: np.random.Generator, modality: str, aim: dict[str, float]) -> tuple[Ints, Ints]:
    """Region and zone of each machine of a modality, as indices."""
    total, idf = int(aim[f"machines_{modality}"]), int(aim[f"machines_{modality}_idf"])
    counts = apportion(total - idf, np.where(REGIONS == IDF, 0.0, INHABITANTS))
    counts[REGIONS == IDF] = idf
    region = np.repeat(np.arange(len(REGIONS)), counts)
    zone = np.full(total, ZONES.index("province"))
    paris = round(aim["share_paris_in_idf"] * idf)
    zone[REGIONS[region] == IDF] = shuffled(rng, np.array([paris, idf - paris]))
    return region, zone


def sector_shares(modality: str, aim: dict[str, float]) -> Floats:
    """Share of the operators' sectors in a modality, in the order of `SECTORS`."""
    hospital = aim[f"machines_{modality}_hospital"] / aim[f"machines_{modality}"]
    public, gie = hospital * aim[f"share_public_{modality}"], aim[f"share_gie_{modality}"]
    return np.array([(1 - hospital) * (1 - gie), public, hospital - public, (1 - hospital) * gie])


def ages(rng: np.random.Generator, modality: str, count: int) -> Ints:
    """Age of each machine on 1 January of the year, in days, under twenty-one years."""
    mean, variation, growth = RENEWAL[modality]
    years = np.arange(1, 7600) / 365.25
    density = gammaincc(variation**-2, years / mean * variation**-2) * np.exp(-growth * years)
    cumulated = np.cumsum(density) / density.sum()
    return np.searchsorted(cumulated, quantiles(rng, np.zeros(count, dtype=int))) + 1


def draw(rng: np.random.Generator, modality: str, aim: dict[str, float]) -> pd.DataFrame:
    """The machines of a modality without their acts, grouped in sites, the oldest of a site first.

    Machines of one region, zone and sector fill numbered sites, the same for all modalities.
    """
    region, zone = places(rng, modality, aim)
    count = len(region)
    sector = shuffled(rng, apportion(count, sector_shares(modality, aim)))
    shares = np.array([aim.get(f"share_{code}", 1.0) for code in CLASSES[modality]])
    class_index = shuffled(rng, apportion(count, shares))
    age = ages(rng, modality, count)
    stratum = (region * len(ZONES) + zone) * len(SECTORS) + sector
    order = np.lexsort((rng.random(count), stratum))
    sizes = 1 + np.searchsorted(np.cumsum(SITE_SIZES[modality])[:-1], rng.random(count))
    new_stratum = np.diff(stratum[order], prepend=-1) != 0
    filled = np.diff(np.repeat(np.arange(count), sizes)[:count], prepend=-1) != 0
    site = np.cumsum(new_stratum | filled)
    order = order[np.lexsort((-age[order], site))]
    first = np.maximum.accumulate(np.where(np.diff(site, prepend=0) != 0, np.arange(count), 0))
    number = 1000 * stratum[order] + site - np.maximum.accumulate(np.where(new_stratum, site, 0))
    columns = {
        "machine_id": pd.Series(range(1, count + 1)).map(f"{modality.upper()}-{{:04d}}".format),
        "site_id": pd.Series(number + 1).map("S{:06d}".format),
        "modality": modality,
        "class": np.array(CLASSES[modality])[class_index[order]],
        "installed_on": np.datetime64(f"{YEAR}-01-01") - age[order].astype("timedelta64[D]"),
        "zone": np.array(ZONES)[zone[order]],
        "region": REGIONS[region[order]],
        "sector": np.array(SECTORS)[sector[order]],
        "rank_on_authorisation": np.arange(count) - first + 1,
        "weight": 1,
    }
    return with_acts(rng, pd.DataFrame(columns), modality, aim)


def with_acts(
    rng: np.random.Generator, frame: pd.DataFrame, modality: str, aim: dict[str, float]
) -> pd.DataFrame:
    """The machines with their acts, not yet brought to the fees' total."""
    strata = pd.Categorical(frame["sector"], categories=SECTORS).codes.astype(np.intp)
    pet_mean, pet_share = aim["acts_tep_total"] / aim["machines_tep"], aim["inpatient_tep"]
    means = np.array([aim.get(f"acts_{modality}_{group}", pet_mean) for group in GROUPS])
    shares = np.array([aim.get(f"inpatient_{modality}_{group}", pet_share) for group in GROUPS])
    totals = means * np.bincount(strata, minlength=len(means))
    factor = RANK_FACTOR[frame["rank_on_authorisation"] - 1]
    factor = factor * frame["class"].map(CLASS_FACTOR).fillna(1.0).to_numpy(dtype=float)
    spread = np.array(LOG_SPREAD[modality])[strata]
    acts = scaled(factor * np.exp(spread * ndtri(quantiles(rng, strata))), strata, totals)
    shape = BETA_CONCENTRATION * shares[strata]
    drawn = betaincinv(shape, BETA_CONCENTRATION - shape, quantiles(rng, strata))
    inpatient = np.minimum(scaled(acts * drawn, strata, totals * shares), 0.9 * acts)
    return frame.assign(acts_billed=acts - inpatient, acts_inpatient=inpatient)[list(COLUMNS)]


def checked(frame: pd.DataFrame, schedule: FeeSchedule) -> Fleet:
    """The machines as the engine takes them."""
    return validate(frame, schedule.classes, YEAR, "parc_2024.csv", True)


def common_factor(frame: pd.DataFrame, schedule: FeeSchedule, target: float) -> float:
    """Factor of the billed acts for which these machines earn `target` in the year."""
    machines = checked(frame, schedule).machines(schedule, YEAR)

    def gap(factor: float) -> float:
        tried = replace(machines, acts_billed=machines.acts_billed * factor)
        return float(schedule.revenue(tried, YEAR).sum()) - target

    return float(brentq(gap, 0.5, 2.0, xtol=1e-13))


def build(schedule: FeeSchedule, aim: dict[str, float]) -> pd.DataFrame:
    """The fleet that meets the targets."""
    rng = np.random.default_rng(SEED)
    frame = pd.concat([draw(rng, modality, aim) for modality in CLASSES], ignore_index=True)
    paid = frame["modality"].isin(CALIBRATED)
    factor = common_factor(frame[paid], schedule, aim["revenue_ct_mri"])
    print(f"facteur commun des actes facturés : {factor:.4f}")
    frame.loc[paid, "acts_billed"] *= factor
    return frame.assign(**frame[["acts_billed", "acts_inpatient"]].round().astype(int))


def named(pattern: str, values: pd.Series[Any]) -> dict[str, float]:
    """One figure a group, named after the group's keys."""
    keys = [key if isinstance(key, tuple) else (key,) for key in values.index]
    return {pattern.format(*key): float(v) for key, v in zip(keys, values, strict=True)}


def means(table: pd.DataFrame) -> dict[str, float]:
    """Counts, shares and means by modality, group of sectors or class."""
    hospital, idf = table["group"] == "hospital", table["region"] == IDF
    modality, group = table.groupby("modality"), table.groupby(["modality", "group"])
    inside, outside = (table[rows].groupby("modality")["sector"] for rows in (hospital, ~hospital))
    return {
        **named("machines_{}", modality.size()),
        **named("machines_{}_hospital", inside.size()),
        **named("machines_{}_idf", table[idf].groupby("modality").size()),
        **named("share_{1}_{0}", inside.value_counts(normalize=True)),
        **named("share_{1}_{0}", outside.value_counts(normalize=True)),
        **named("share_{1}", modality["class"].value_counts(normalize=True)),
        **named("age_{}", modality["age"].mean()),
        **named("amortised_{}", modality["amortised"].mean()),
        **named("acts_{}", modality["acts"].mean()),
        **named("acts_{}_total", modality["acts"].sum()),
        **named("acts_{}_{}", group["acts"].mean()),
        **named("inpatient_{}", modality["acts_inpatient"].sum() / modality["acts"].sum()),
        **named("inpatient_{}_{}", group["acts_inpatient"].sum() / group["acts"].sum()),
        **named("mean_over_reference_{}", modality["acts"].mean() / modality["reference"].mean()),
    }


def measures(frame: pd.DataFrame, schedule: FeeSchedule) -> dict[str, float]:
    """What the fleet reaches, by target and more."""
    table = frame.assign(
        acts=frame["acts_billed"] + frame["acts_inpatient"],
        age=(pd.Timestamp(YEAR, 1, 1) - frame["installed_on"]).dt.days / 365.25,
        amortised=checked(frame, schedule).amortised(YEAR),
        group=frame["sector"].map(dict(zip(SECTORS, GROUPS, strict=True))),
        reference=frame["class"].map({c: v.limits[0] for c, v in schedule.classes.items()}),
    )
    paid = table[table["modality"].isin(CALIBRATED)]
    private = paid[(paid["modality"] == "irm") & (paid["group"] != "hospital")]["acts"]
    regions = pd.crosstab(paid["region"], paid["modality"]).reindex(REGIONS).drop(IDF).to_numpy()
    quota = INHABITANTS[REGIONS != IDF] / INHABITANTS[REGIONS != IDF].sum()
    machines = checked(paid, schedule).machines(schedule, YEAR)
    before = schedule.frozen(dt.date(YEAR, 3, 1)).revenue(machines, 2027)
    return {
        **means(table),
        "share_paris_in_idf": (paid[paid["region"] == IDF]["zone"] == "paris").mean(),
        "region_gap": np.abs(regions - np.outer(quota, regions.sum(axis=0))).max(),
        "private_irm_below_4000": (private < 4000).mean(),
        "private_irm_4500_8000": private.between(4500, 8000).mean(),
        "private_irm_above_8000": (private > 8000).mean(),
        "private_irm_highest": private.max(),
        "revenue_ct_mri": schedule.revenue(machines, YEAR).sum(),
        "saving_2027": (before - schedule.revenue(machines, 2027)).sum(),
    }


def renewed(text: str, found: dict[str, float]) -> str:
    """The calibration file with the figure that each target now reaches."""
    return re.sub(
        r"(- id: (\w+)\n(?:    .*\n)*?    reached: )[^\n]*",
        lambda match: match[1] + format(found[match[2]], ".0f" if found[match[2]] > 999 else ".4g"),
        text,
    )


def main(directory: Path = HERE) -> None:
    """Write the two files into a directory."""
    calibration = (HERE / "calibration.yaml").read_text(encoding="utf-8")
    aim = {entry["id"]: entry["target"] for entry in yaml.safe_load(calibration)["targets"]}
    schedule = load_schedule()
    frame = build(schedule, aim)
    text = HEADER + frame.to_csv(index=False, lineterminator="\n", date_format="%Y-%m-%d")
    (directory / "parc_2024.csv").write_bytes(text.encode())
    text = renewed(calibration, measures(frame, schedule))
    (directory / "calibration.yaml").write_bytes(text.encode())


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:2]))
