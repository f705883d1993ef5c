"""What ``capacity publish`` says when it is done."""

from dataclasses import replace
from pathlib import Path

import pytest
from sample_release import sample_release

from capacity.cli.language import set_language
from capacity.cli.publishing import show_published
from capacity.publish import Published
from capacity.tables._schema import empty
from capacity.tables.public.terms import TERMS
from capacity.tables.release import Release


def published(release: Release) -> Published:
    return Published(release, (release.about.release_id,), Path("site"), Path("site.record"))


@pytest.mark.parametrize(("language", "said"), [("zh", "未公布办电须知"), ("en", "no connection terms are published")])
def test_show_published__says_when_the_policy_has_no_connection_terms(language, said: str, capsys) -> None:
    set_language(language)
    try:
        release = sample_release()
        show_published(published(release))
        assert said not in capsys.readouterr().out
        show_published(published(replace(release, terms=empty(TERMS))))
        assert said in capsys.readouterr().out
    finally:
        set_language(None)
