"""What a run prints on the terminal: the key numbers, and where map and report are."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from planner.number_text import percent, percent_aimed, percent_at_most, percent_ranged
from planner.outputs.language import chance, day, month_end
from planner.outputs.population_text import population_en
from planner.outputs.report.least_needed import LeastNeeded, least_needed
from planner.results.summary import apart_from_siting

if TYPE_CHECKING:
    from planner.plan import Plan


def run_text(plan: Plan, folder: Path) -> str:
    """Return the key numbers of a plan, and where its map and report are."""
    summary = plan.summary
    lines = [*_stations(summary), *_bounds(summary, least_needed(plan)), *_targets(summary)]
    if "rollout" in summary:
        lines += _build_out(summary["rollout"])
    lines += [f"  map     {folder / 'map.html'}", f"  report  {folder / 'report.html'}"]
    return "\n".join(lines)


def _stations(summary: Mapping[str, Any]) -> list[str]:
    """Return the people covered and the stations, before and after."""
    people = summary["population_total"]
    covered, before = (
        percent_ranged(summary[key], summary.get("range", {}).get(key), of=people, unit="%")
        for key in ("population_covered_share", "population_covered_baseline_share")
    )
    served = "expected served" if summary.get("service_model") == "graded" else "covered"
    lines = [
        f"{summary['title']}",
        f"  residents         {people:>14,.0f}  {population_en(summary)}",
        f"  {served:<16}  {summary['population_covered']:>14,.0f}  {covered}  (before: {before})",
        f"  baseline stations {summary['stations_existing']:>14,}"
        + ("  placed by the model" if summary["baseline_origin"] == "model" else ""),
        f"  new stations      {summary['stations_new']:>14,}"
        f"  of {summary['stations_requested']:,} requested",
    ]
    lines += [f"  {text}" for text in credible_lines(summary.get("credibility"))]
    for name, count, reason in (
        ("not needed", summary["stations_not_needed"], "the model is saturated"),
        ("not placed", summary.get("stations_not_placed", 0), "no allowed candidate is left"),
    ):
        if count:
            lines.append(f"  {name}        {count:>14,}  {reason}")
    return lines


def credible_lines(known: Mapping[str, Any] | None) -> list[str]:
    """Return the people served with the required credibility, if any is required."""
    if known is None:
        return []
    asked, served, worst = (
        percent(known[key], unit="%") for key in ("asked", "served_share", "worst_tenth_share")
    )
    loss = known.get("worst_tenth_loss")
    less = "" if loss is None else f", {percent(loss, unit='%')} less than as assumed"
    return [
        f"with credibility  {asked:>14}  of {known['draws']} draws: {served} or more are served; "
        f"the worst tenth serves {worst}{less}"
    ]


def _bounds(summary: Mapping[str, Any], least: LeastNeeded | None) -> list[str]:
    """Return the bounds on other plans, and the constraints that this one violates."""
    lines = _phases(summary)
    optimality = summary.get("optimality")
    if optimality and optimality["saturated"]:
        lines.append("  the model is saturated: it counts all residents within reach as served")
    elif optimality:
        bound = optimality["upper_bound_population"]
        here = (
            f"; distance of this plan to it: at most {percent_at_most(optimality['gap'], unit='%')}"
        )
        if summary.get("infeasible"):
            here = ", even ignoring the constraints this plan violates"
        if apart_from_siting(summary):
            lines.append(f"  counted by siting {summary['people_by_siting']:>14,.0f}")
        lines.append(f"  upper bound       {bound:>14,.0f}  ({_rivals(summary)}){here}")
    if least is not None:
        amount = f"{least.amount:>14,.0f}" + (" yuan" if least.of_money else " stations")
        here = "; this plan needs no more" if least.reached else ""
        lines.append(f"  minimum required  {amount}  for the required coverage{here}")
    lines += [
        f"  NOT MET  {missed['constraint']}: {missed['reached']:,.0f} of {missed['asked']:,.0f} "
        f"{missed['unit']}"
        for missed in summary.get("infeasible", ())
    ]
    if summary.get("objective_proof", {}).get("proven_infeasible"):
        lines.append("  proven: no plan at the allowed sites meets every requirement")
    return lines


def _phases(summary: Mapping[str, Any]) -> list[str]:
    """Return the people that each phase serves, and the bound of any plan of as many stations."""
    lines = []
    for phase in summary.get("phases", ()):
        known = phase["optimality"]
        proof = f", upper bound {known['upper_bound_population']:,.0f}" if known else ""
        lines.append(
            f"  phase             {phase['stations']:>14,}  {phase['name']}: "
            f"{phase['people_served']:,.0f} of {phase['people']:,.0f} residents{proof}"
        )
    if summary.get("allocation_error") is not None:
        known = summary["allocation"]
        lines.append(
            f"  allocation error  {summary['allocation_error']:>14.2f}  of the shares of zones, "
            f"against {known['stations_published']:,} stations published for {known['date']}"
        )
    return lines


def _build_out(rollout: Mapping[str, Any]) -> list[str]:
    """Return the probability of the date, and what would recover a delay."""
    target = rollout["target"]
    lines = [
        f"  build-out         {chance(target['probability']):>14}  probability that all "
        f"{target['stations']:,} new stations are in service by {day(target['date'])}",
        f"    50 % chance     {month_end(target['date_50']):>14}  90 % chance: "
        f"{month_end(target['date_90'])}",
    ]
    back = rollout["way_back"]
    if back["stations_per_month"] and target["probability"] < 0.9:
        lines.append(
            f"    to recover      {back['stations_per_month']:>14,.0f}  stations a month from "
            f"{day(back['from_date'])} on; {capacity(back)}"
        )
    return lines


def capacity(back: Mapping[str, Any]) -> str:
    """Return the share of the scenario's capacity that a 90 % chance needs, as text."""
    needed = back["capacity_90"]
    if needed is None:
        return "no capacity tried gives a 90 % chance"
    return f"a 90 % chance needs {100.0 * needed:.1f} % of planned capacity"


def _targets(summary: Mapping[str, Any]) -> list[str]:
    """Return the gaps, and the coverage targets reached or missed."""
    gaps = summary["gaps"]
    lines = [
        f"  gaps              {gaps['count']:>14,}  {gaps['population']:,.0f} residents on "
        f"{gaps['area_km2']:,.0f} km² of settled land"
    ]
    return lines + [f"  {aim_line(aim)}" for aim in summary["aims"]]


def aim_line(aim: Mapping[str, Any]) -> str:
    """Return whether a coverage target is met, and by how many residents it is missed."""
    return (
        f"target {'met   ' if aim['met'] else 'MISSED'}  "
        f"{percent(aim['share_reached'], of=aim['people'], unit='%'):>7} of "
        f"{percent_aimed(aim['share_aimed'], unit='%')}  {aim['name']}"
        + ("" if aim["met"] else f" ({aim['missing_people']:,.0f} residents short)")
    )


def _rivals(summary: Mapping[str, Any]) -> str:
    """Return the plans for which a bound holds, in words."""
    own = {"most_within_budget": "this budget", "least_cost": "this cost"}
    limits = " within the same limits" if "objective_proof" in summary else ""
    return f"any plan with {own.get(summary.get('objective', ''), 'this many stations')}{limits}"
