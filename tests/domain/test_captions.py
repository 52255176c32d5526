"""Promises about captions, told as examples: posts, their increments, cues."""

import pytest

from hustings.domain import captions
from hustings.domain import hall as halls
from hustings.domain.captions import Cue, Increment, cues, since, webvtt
from hustings.domain.captions.cut import clean, cut
from hustings.domain.hall import State
from hustings.domain.ids import PersonId
from hustings.domain.roles import Role
from hustings.domain.wishes import By, ErasePerson, GivePass, Invitation, Say
from tests.domain.test_hall import OWNER, T0, after, in_state, make, refusal

CARA = By(PersonId("p_cara000000000000"), Role.CAPTIONER)
PART0 = T0 // 240
LONG = "Good evening, and welcome to the town hall of the old bridge and its river."


def hall():
    to = Invitation(person=CARA.person, role=CARA.role, name="Cara", jti="j9", expires_at_ms=T0 + 9)
    return after(make(moves=["open"]), GivePass(to), T0)


def say(hall, text, at=T0, **more):
    return after(hall, Say(text, **more), at, CARA)


def carried(hall, from_part=0):
    return [(one.no, one.part, one.text) for one in since(hall.captions, from_part)]


def pieces(text):
    whole, ends = text + " ", cut(text)
    return [whole[a:b] for a, b in zip([0, *ends], ends, strict=False)]


def test_a_long_post_is_cut_at_words_and_follows_itself_at_reading_pace():
    told = carried(say(hall(), LONG))

    assert told == [
        (1, PART0, "Good evening, and welcome to the "),
        (2, PART0 + 4, "town hall of the old bridge and its "),
        (3, PART0 + 8, "river. "),
    ]


def test_two_posts_never_meet_in_one_part_and_numbers_go_on():
    told = carried(say(say(hall(), "One"), "Two"))

    assert told == [(1, PART0, "One "), (2, PART0 + 1, "Two ")]


def test_a_post_sent_again_is_written_once():
    once = say(hall(), "Hello", key="k-1")

    assert say(once, "Hello", T0 + 9000, key="k-1") == once
    assert carried(say(once, "Hello", T0 + 9000, key="k-2"))[-1][:2] == (2, PART0 + 37)
    other = By(PersonId("p_other00000000000"), Role.MODERATOR)
    assert after(once, Say("Mine", "k-1"), T0, other).captions.next_no == 3


def test_captions_are_written_while_there_is_something_to_hear():
    for state in State:
        if state in captions.CAPTIONED:
            assert after(in_state(state), Say("Hello"), T0).captions.next_no == 2
        else:
            assert refusal(lambda s=state: after(in_state(s), Say("Hello"), T0)) == "hall_state"


@pytest.mark.parametrize(
    "wish",
    [
        Say(""),
        Say(" \n\t"),
        Say("\u200d\u202e\x00"),
        Say("x" * 401),
        Say("x", key=""),
        Say("x", key="a b"),
        Say("x", key="k" * 41),
        Say("x", at_ms=T0 - 30_001),
        Say("x", at_ms=T0 + 5001),
    ],
)
def test_what_is_no_caption_is_refused(wish):
    assert refusal(lambda: after(hall(), wish, T0, CARA)) == "field_invalid"


def test_whoever_writes_faster_than_anyone_reads_waits():
    full = hall()
    with pytest.raises(Exception, match="turn") as caught:
        for _ in range(9):
            full = say(full, "word " * 40)

    assert caught.value.code == "captions_ahead"
    ahead = full.captions.next_part - PART0
    assert 125 < ahead < 170
    assert say(full, "On we go", T0 + 10_000).captions.next_no == full.captions.next_no + 1


def test_what_was_said_before_is_carried_now_and_stands_where_it_was_said():
    now = T0 + 60_000
    told = say(say(hall(), "Late", now, at_ms=now - 12_000), "Next", now, at_ms=now - 20_000)

    assert carried(told) == [(1, PART0 + 250, "Late "), (2, PART0 + 251, "Next ")]
    said = [(one.no, one.part - PART0) for one in told.captions.said()]
    assert said == [(1, 200), (2, 201)]


def test_a_stage_is_told_what_is_still_to_come():
    told = say(say(hall(), "Gone"), LONG, T0 + 6000)

    assert [no for no, _, _ in carried(told, PART0 + 29)] == [3, 4]
    assert carried(told, PART0 + 99) == []


def test_what_an_erased_captioner_wrote_is_gone_from_the_hall_and_its_numbers_stay():
    before = say(hall(), "A secret")
    events = halls.decide(before, ErasePerson(CARA.person), OWNER, T0)
    gone = after(before, ErasePerson(CARA.person), T0)

    assert events[-1].erased == ("name", "text")
    assert "secret" not in repr(gone)
    assert carried(after(gone, Say("More"), T0)) == [(2, PART0 + 1, "More ")]


def test_the_evening_begins_where_the_hall_went_live():
    doors = make(starts_at_ms=T0 + 5000, moves=["announce", "open"])
    early = after(doors, Say("Soon"), T0, CARA)
    live = early
    for event in halls.due(early, T0 + 5000):
        live = halls.evolve(live, event)

    told = say(live, "Now", T0 + 6000).captions

    assert told.first_live == -(-(T0 + 5000) // 240)
    assert [one.text for one in told.said()] == ["Now "]


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  a\r\n\tb\u2028c\u00a0d ", "a b c d"),
        ("\x00\x1b[2Ja\u202eb\u2066c\ufeff\u00add", "[2Jabcd"),
        ("<b>x</b> --> & \u2013", "<b>x</b> --> & \u2013"),
        (
            "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",
            "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",
        ),
        ("e\u0301", "\u00e9"),
        ("a \u202e b", "a b"),
    ],
)
def test_a_line_is_left_of_what_was_pasted(typed, kept):
    assert clean(typed) == kept


def test_nothing_that_is_one_sign_to_a_reader_is_cut_in_two():
    family = "\U0001f468\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466"
    flags = "\U0001f1e8\U0001f1ed" * 9
    thumbs = "\U0001f44d\U0001f3fd" * 9
    hindi = "\u0915\u094d\u0937\u093f" * 8

    assert pieces(family * 3) == [family, family, family + " "]
    assert [len(one.strip()) for one in pieces(flags)] == [8, 8, 2]
    assert [len(one.strip()) for one in pieces(thumbs)] == [8, 8, 2]
    assert [len(one.strip()) for one in pieces(hindi)] == [12, 12, 8]


def test_a_line_of_chinese_and_a_word_too_long_are_cut_where_they_must():
    assert pieces("\u6c34" * 25) == ["\u6c34" * 12, "\u6c34" * 12, "\u6c34 "]
    assert pieces("x" * 36) == ["x" * 35, "x "]
    assert pieces('"' * 30 + " y") == ['"' * 18, '"' * 12 + " y "]
    assert pieces("a" + "\u0301" * 40)[-1].endswith("\u0301 ")


def test_rows_fill_and_roll_up_and_a_cue_ends_with_the_next_or_after_six_seconds():
    given = [
        Increment(1, 10, "Good evening, "),
        Increment(2, 12, "and welcome to the "),
        Increment(3, 16, "town hall of the old bridge. "),
        Increment(4, 20, "We begin with the "),
        Increment(5, 24, "river, and then the mill "),
        Increment(7, 60, "Anew. "),
    ]

    told = cues(given)

    first = "Good evening, and welcome to the "
    assert told[1:] == [
        Cue(2, 12, 16, (first,)),
        Cue(3, 16, 20, (first, "town hall of the old bridge. ")),
        Cue(4, 20, 24, (first, "town hall of the old bridge. ", "We begin with the ")),
        Cue(
            5,
            24,
            49,
            ("town hall of the old bridge. ", "We begin with the ", "river, and then the mill "),
        ),
        Cue(7, 60, 85, ("Anew. ",)),
    ]


def test_what_is_written_cannot_break_out_of_its_cue():
    told = webvtt(cues([Increment(1, 15_010, "--> <b>&amp; "), Increment(2, 15_012, "x ")]), 10)

    assert told == (
        "WEBVTT\n"
        "\n1\n01:00:00.000 --> 01:00:00.480\n--&gt; &lt;b&gt;&amp;amp;\n"
        "\n2\n01:00:00.480 --> 01:00:06.480\n--&gt; &lt;b&gt;&amp;amp; x\n"
    )


def test_one_more_post_leaves_the_pages_of_a_long_evening_as_they_are():
    evening = hall()
    for n in range(600):
        evening = say(evening, f"Post {n}", T0 + 2000 * n)

    more = say(evening, "More", T0 + 2_000_000)

    assert [len(page) for page in more.captions.pages] == [256, 256, 89]
    assert all(
        a is b for a, b in zip(more.captions.pages[:2], evening.captions.pages, strict=False)
    )
