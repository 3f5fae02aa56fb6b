"""Which encoding a text is taken to be in, also where it is short."""

import pytest

from webui.rows.reading.encodings import HEAD, encoding_of

GERMAN = "Frage,Antwort\nWas heißt Käse?,cheese\nWas heißt Öl?,oil\n"
FRENCH = "Où est le café?,À côté de l’église.\nÇa va?,Très bien.\n"
POLISH = "Zażółć gęślą jaźń,Dziękuję bardzo\nGdzie są klucze?,Świetnie\n"
RUSSIAN = "Что такое красный?,Это цвет\nГде вокзал?,Там\n"
GREEK = "Τι είναι αυτό;,Ένα χρώμα\nΣήμερα ο καιρός είναι καλός,ναι\n"
SIMPLIFIED = "问题,回答\n红色是什么?,一种颜色\n苹果是什么?,一种水果\n"
TRADITIONAL = "問題,回答\n紅色是什麼?,一種顏色\n蘋果是什麼?,一種水果\n"
JAPANESE = "質問,答え\n赤とは何ですか?,色です\n"
KATAKANA = "a,b\nコーヒー,ドリンク\n"
KOREAN = "질문,답변\n빨간색은 무엇입니까?,색입니다\n"


@pytest.mark.parametrize(
    ("text", "codec", "name"),
    [
        (GERMAN, "latin-1", "Windows-1252"),
        (FRENCH, "cp1252", "Windows-1252"),
        (FRENCH, "mac_roman", "Mac Roman"),
        (POLISH, "cp1250", "Windows-1250"),
        (POLISH, "iso8859_2", "Latin-2"),
        (RUSSIAN, "cp1251", "Windows-1251"),
        (RUSSIAN, "koi8_r", "KOI8"),
        (RUSSIAN, "iso8859_5", "ISO-8859-5"),
        (GREEK, "cp1253", "Windows-1253"),
        (SIMPLIFIED, "gbk", "GB18030"),
        (TRADITIONAL, "big5", "Big5"),
        (TRADITIONAL, "gbk", "GB18030"),
        (JAPANESE, "cp932", "Shift-JIS"),
        (JAPANESE, "euc_jp", "EUC-JP"),
        (JAPANESE, "iso2022_jp", "ISO-2022-JP"),
        (KATAKANA, "cp932", "Shift-JIS"),
        (KOREAN, "euc_kr", "EUC-KR"),
    ],
)
def test_encodings_from_before_unicode(text: str, codec: str, name: str) -> None:
    data = text.encode(codec)
    found = encoding_of(data)
    assert (found.name, data.decode(found.codec)) == (name, text)
    assert encoding_of(data * 20).certain


@pytest.mark.parametrize(
    "text", [GERMAN, SIMPLIFIED, "大熊猫吃竹子", JAPANESE, "a,b\n"]
)
@pytest.mark.parametrize(
    "codec", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"]
)
def test_unicode_with_and_without_a_mark(text: str, codec: str) -> None:
    data = text.encode(codec)
    assert data.decode(encoding_of(data).codec) == text


@pytest.mark.parametrize(
    ("text", "codec"),
    [("Frage,schön\n", "cp1252"), ("你好\n", "gbk"), ("a,b\n안녕,감사\n", "euc_kr")],
)
def test_one_word_is_read_but_not_certain(text: str, codec: str) -> None:
    found = encoding_of(text.encode(codec))
    assert text.encode(codec).decode(found.codec) == text
    assert not found.certain


def test_utf_8_stays_so_with_a_wrong_byte() -> None:
    data = ("你好,世界\n" * 5).encode() + b"don\x92t\n"
    assert encoding_of(data).name == "UTF-8"
    assert encoding_of(("x" * (HEAD - 1) + "你").encode()[:HEAD]).name == "UTF-8"
    assert encoding_of(b"a,b\nx\0y,z\n" * 9).name == "UTF-8"  # zero bytes are rare


def test_what_may_be_two_things_is_refused() -> None:
    with pytest.raises(ValueError, match="may be written in .+; save it as UTF-8"):
        encoding_of("מה זה אדום?,צבע\n".encode("cp1255"))


@pytest.mark.parametrize("codec", ["iso8859_4", "iso8859_13", "cp775"])
@pytest.mark.parametrize("copies", [1, 40])
def test_a_line_that_stands_again_makes_nothing_sure(codec: str, copies: int) -> None:
    text = "Kokia yra Lietuvos sostinė? Vilnius, ir tai didžiausias šalies miestas.\n"
    data = text.encode(codec) * copies
    found = encoding_of(data)
    assert not found.certain or data.decode(found.codec) == text * copies


@pytest.mark.parametrize("codec", ["iso8859_5", "mac_cyrillic", "cp1251"])
def test_cyrillic_is_told_apart(codec: str) -> None:
    text = (
        "Київ - столиця України, а Львів її культурний центр.\n"
        "Кто написал роман? Лев Толстой, и он состоит из четырёх томов.\n"
    )
    data = text.encode(codec)
    assert data.decode(encoding_of(data).codec) == text


@pytest.mark.parametrize("text", [POLISH, RUSSIAN, GREEK, SIMPLIFIED, JAPANESE, KOREAN])
def test_utf_7_is_read_with_a_doubt(text: str) -> None:
    found = encoding_of(text.encode("utf-7"))
    assert (found.codec, found.certain) == ("utf-7", False)


@pytest.mark.parametrize(
    "text",
    [
        "C++ is fun; a+b-c and x+yz-1\n",
        "call +49 170 1234 or mail a+tag@x.org\n" * 9,
        "q,a\nwhat is x+y,foo+bar-baz\n" * 20,
        "iVBORw0KGgo+AAA+bbb/ccc+ddd/eee+ffff" * 50,
    ],
)
def test_plus_signs_are_no_utf_7(text: str) -> None:
    assert encoding_of(text.encode()).codec == "utf-8-sig"
