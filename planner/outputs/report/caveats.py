"""Caveats next to the key numbers of a plan: what they assume, and what they leave out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from planner.number_text import number
from planner.outputs.language import Language, at_most, month, people, said, share
from planner.outputs.population_text import population_en, population_zh

if TYPE_CHECKING:
    from planner.plan import Plan


def caveats(plan: Plan, sources: Sequence[Mapping[str, Any]], lang: Language) -> list[str]:
    """Return sentences on the population, the baseline, density, radio, assumptions and proof."""
    summary = plan.summary
    texts = [_population(summary), *_density(summary), *_radio(summary)]
    if summary["baseline_origin"] == "model":
        texts.append(
            (
                "Positions of the existing stations are not published: the model placed the "
                f"baseline of {number(summary['stations_existing'])}.",
                f"存量基站位置未公布，{number(summary['stations_existing'])}个存量基站由模型布设。",
            )
        )
    if "take_up" in summary:
        part, users = summary["take_up"], summary["users_served"]
        en = f"{share(part, 'en')} of the people served are taken for users: {people(users, 'en')}."
        texts.append((en, f"服务人口中按{share(part, 'zh')}计为用户：{people(users, 'zh')}。"))
    texts += [*_assumptions(plan, sources), *_range(summary), *_proof(summary)]
    missed = len(summary.get("infeasible", ()))
    if missed:
        en = f"{missed} of the scenario's requirements are not met."
        texts.append((en, f"场景要求中有{missed}项未满足。"))
    return [said(lang, *text) for text in texts]


Text = tuple[str, str]
"""A sentence in English and in Chinese."""


def _population(summary: Mapping[str, Any]) -> Text:
    en, zh = population_en(summary), population_zh(summary)
    return f"Population: {en}.", f"人口数据：{zh}。"


def _density(summary: Mapping[str, Any]) -> Iterator[Text]:
    known = summary.get("yardsticks")
    if not known:
        return
    each, since = number(known["per_10000_people"], 2), known["as_in_china"]
    en = f"{each} stations per 10,000 people" + (
        f", the level of all of China in {month(since, 'en')}" if since else ""
    )
    zh = f"每万人{each}个基站" + (f"，相当于全国{month(since, 'zh')}的水平" if since else "")
    yield f"{en}.", f"{zh}。"


def _radio(summary: Mapping[str, Any]) -> Iterator[Text]:
    smooth = summary["radio_tier"].startswith("statistical")
    kind = summary["service_kind"]
    kind_zh = {"indoor": "室内覆盖", "outdoor": "室外覆盖"}.get(kind, kind)
    yield (
        f"Service: {kind}, by a statistical radio model "
        + ("without terrain and buildings." if smooth else "with terrain, without buildings."),
        f"业务：{kind_zh}；无线采用统计模型，"
        + ("不含地形和建筑物。" if smooth else "含地形，不含建筑物。"),
    )


def _assumptions(plan: Plan, sources: Sequence[Mapping[str, Any]]) -> Iterator[Text]:
    assumed = sum(row["status"] == "assumption" for row in sources)
    if sources:
        yield (
            f"{assumed} of the {len(sources)} values whose sources the scenario cites are "
            "assumptions.",
            f"场景注明来源的{len(sources)}项参数中，{assumed}项为假设。",
        )
    if plan.build_out is not None:
        runs = number(plan.build_out.section.runs)
        yield (
            f"The probability of the date is that of {runs} simulations; the capacities in them "
            "are assumptions.",
            f"按期概率由{runs}次模拟得出，其中各项产能为假设。",
        )


def _range(summary: Mapping[str, Any]) -> Iterator[Text]:
    known = summary.get("range")
    if known:
        part = known["share_of_draws"]
        names = known["assumptions"]
        yield (
            f"The range of the people served holds {share(part, 'en')} of {known['draws']} draws "
            f"over {len(names)} uncertain assumptions together.",
            f"服务人口区间为{len(names)}项不确定假设同时变化时，"
            f"{known['draws']}次抽样中{share(part, 'zh')}所在的范围。",
        )
    asked = summary.get("credibility")
    if asked:
        en, zh = ([share(asked[key], lang) for key in
                   ("asked", "served_share", "worst_tenth_share", "usual_share")]
                  for lang in ("en", "zh"))  # fmt: skip
        yield (
            f"Stations are chosen for the radio that {en[0]} of {asked['draws']} draws reach: they "
            f"serve {en[1]} or more there, {en[2]} in the worst tenth, {en[3]} as assumed.",
            f"站址按{asked['draws']}次抽样中{zh[0]}可达到的无线条件选取：此时服务比例不低于{zh[1]}，"
            f"最差十分之一抽样平均为{zh[2]}，按设定值为{zh[3]}。",
        )
    if not known:
        yield "No range of the people served was computed.", "未计算服务人口的不确定区间。"


def _proof(summary: Mapping[str, Any]) -> Iterator[Text]:
    known = summary.get("optimality")
    if known and not known["saturated"] and not summary.get("infeasible"):
        yield (
            f"Distance to the bound of all plans: at most {at_most(known['gap'], 'en')}.",
            f"与所有方案覆盖上限的差距：不超过{at_most(known['gap'], 'zh')}。",
        )
