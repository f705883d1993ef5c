"""Profiles that are absent, short or have holes."""

import numpy as np


def test_unknown__named_by_a_load(parts, expect):
    parts.put("net.load", "load 2", "profile", "works")
    expect(parts, "profiles.unknown", ("works",), "1 profiles are named but absent (works); works is named by load 2")


def test_not_a_number(parts, expect):
    parts.profiles.loc[3, "home"] = np.nan
    said = "1 factors of 1 profiles are missing or infinite (home), first at 2025-02-15 00:45"
    expect(parts, "profiles.not_a_number", ("home",), said)


def test_not_a_number__unused_profile_is_no_problem(parts):
    parts.profiles["spare"] = np.nan
    assert not [i for i in parts.check() if i.check.startswith("profiles.")]


def test_too_short(parts, expect):
    parts.profiles = parts.profiles.iloc[:-96]
    expect(parts, "profiles.too_short", (), "run from 2025-02-15 00:00 to 2025-02-27 23:45, the window needs")


def test_holes__steps_left_out(parts, expect):
    parts.profiles = parts.profiles.drop(index=[10, 11])
    expect(parts, "profiles.holes", (), "2 steps are missing and 0 time stamps stand twice, first 2025-02-15 02:30")


def test_holes__step_twice(parts, expect):
    parts.profiles.loc[11, "timestamp"] = parts.profiles.loc[10, "timestamp"]
    expect(parts, "profiles.holes", (), "1 steps are missing and 1 time stamps stand twice")
