"""The resolved copy of a scenario with cheap stations is a scenario again."""

from planner.scenario.money import MoneySection


def test_default_items_above_a_low_price_load_again() -> None:
    given = MoneySection.model_validate({"station_cny": 100_000})
    assert MoneySection.model_validate(given.model_dump()) == given
