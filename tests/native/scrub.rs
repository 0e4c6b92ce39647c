//! Comments, and what is taken out of them before they are passed on.
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

use counterfoil::domain::scrub;
use proptest::prelude::*;

use crate::themes::bare;

fn scrubbed(text: &str) -> String {
    scrub::scrub(text, bare).text
}

/// Each text, and what is left of it.
fn all(cases: &[(&str, &str)]) {
    let wrong: Vec<_> = cases
        .iter()
        .map(|(text, left)| (text, scrubbed(text), *left))
        .filter(|(_, found, left)| found != left)
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn addresses_are_taken_however_they_are_spelled() {
    all(&[
        ("Mail jan@shop.nl please", "Mail [e-mail] please"),
        ("Mail <jan@shop.nl>, or not", "Mail <[e-mail]>, or not"),
        ("jan.de-vries+x_1@mail.shop.co.uk.", "[e-mail]."),
        ("jörg@müller.example", "[e-mail]"),
        ("用户@例子.广告", "[e-mail]"),
        ("jan＠shop．nl", "[e-mail]"),
        ("j\u{200b}an@sh\u{ad}op.nl", "[e-mail]"),
        ("jan (at) shop.nl", "[e-mail]"),
        ("jan[at]shop[dot]nl", "[e-mail]"),
        ("jan ( AT ) shop (punt) nl now", "[e-mail] now"),
        ("jan @ shop.nl", "[e-mail]"),
        ("jan&#64;shop.nl", "[e-mail]"),
        ("\"jan jansen\"@shop.nl", "[e-mail]"),
        ("say \"a\" jan\"@shop.nl", "say \"a[e-mail]"),
        ("mailto:jan@shop.nl?subject=Hallo", "[e-mail]"),
        ("a@b@c", "[e-mail]@c"),
        ("a@@b", "[e-mail]"),
        ("see https://x.nl/?mail=jan%40shop.nl&b=2 there", "see [e-mail] there"),
        ("two a@b.nl, c@d.nl", "two [e-mail], [e-mail]"),
        // No words around it.
        ("5 @ 2 euro", "5 @ 2 euro"),
        ("@shop was good @ all", "@shop was good @ all"),
        ("@", "@"),
    ]);
}

#[test]
fn phone_numbers_are_taken_however_they_are_written() {
    all(&[
        ("Call 0612345678!", "Call [phone]!"),
        ("Call 06-12 34 56 78!", "Call [phone]!"),
        ("Call +31 (0)6 1234.5678", "Call [phone]"),
        ("(020) 123 45 67 or", "[phone] or"),
        ("(0201234567)", "([phone])"),
        ("0032/470.12.34.56", "[phone]"),
        ("0 6 1 2 3 4 5 6 7 8", "[phone]"),
        ("０６１２３４５６７８", "[phone]"),
        ("٠٦١٢٣٤٥٦٧٨", "[phone]"),
        ("0\u{200b}6\u{ad}1\u{2060}2345678", "[phone]"),
        ("0️⃣6️⃣1️⃣2️⃣3️⃣4️⃣5️⃣6️⃣ now", "[phone] now"),
        ("06–12—34‑56−78", "[phone]"),
        ("tel:112 and sms:+1233", "tel:[phone] and sms:[phone]"),
        ("?tel=%2B31%2D6%2D12%2D34%2D56%2D78", "?tel=[phone]"),
        ("555 1234", "[phone]"),
        ("order 20261122", "order [phone]"),
        ("1.000.000 euro", "[phone] euro"),
        ("22-11-2026 06123456", "[card]"),
        ("+22-11-2026", "[phone]"),
        ("2024 2025", "[phone]"),
    ]);
}

#[test]
fn cards_and_accounts_are_taken_right_or_nearly_right() {
    all(&[
        ("4111 1111 1111 1111", "[card]"),
        ("4111-1111-1111-1112 has a slip", "[card] has a slip"),
        ("378282246310005", "[card]"),
        ("378282246310006", "[phone]"),
        ("4222222222222", "[card]"),
        ("6304000000000000000", "[card]"),
        ("４１１１１１１１１１１１１１１１", "[card]"),
        ("NL91ABNA0417164300", "[account]"),
        ("nl91 abna 0417 1643 00 is mine", "[account] is mine"),
        ("NL91 ABNA 0417 1643 01", "[account]"),
        ("NL 91 ABNA 0417 1643 00", "[account]"),
        ("of 4111 1111 1111 1111", "of [card]"),
        ("DE 89370400440532013000", "DE [card]"),
        ("IBAN:DE89370400440532013000.", "IBAN:[account]."),
        ("ibanGB29NWBK60161331926819", "iban[account]"),
        ("MT84 MALT 0110 0001 2345 MTLC AST0 01S", "[account]"),
        ("ＮＬ９１ＡＢＮＡ０４１７１６４３００", "[account]"),
    ]);
}

#[test]
fn what_tells_nothing_of_anyone_stays() {
    let texts = [
        "",
        "Too expensive, and late: 3 of 10.",
        "I paid 12.500,00, or 12,500.00, or 12'500.00 and 1.234.567,89",
        "€ 999.999 and 999,99",
        "on 22-11-2026 at 14:30, or 2026-11-22",
        "22-11-2026 14:30 - 23-11-2026 09:00:30",
        "11/22/2026 and 1.2.2026",
        "open 09:00-17:00, 10:00 - 18:00",
        "2024-2025, 2024/2025",
        "in 24 uren tijd niet",
        "100% at 50%20",
        "score 8/10 food, 9/10 price",
        "(at) [dot]",
        "[e-mail] [phone] [account] [card]",
        "naïve café, ½ price ☺, ①②③",
        "a\0b",
    ];
    for text in texts {
        assert_eq!(scrubbed(text), text);
    }
}

/// Texts that bring together what is hard to tell apart.
fn surroundings() -> impl Strategy<Value = String> {
    let pieces = prop_oneof![
        3 => "[ -~]{0,8}",
        2 => "\\PC{0,6}",
        2 => "[0-9]{1,4}",
        2 => proptest::sample::select(vec![
            " ", "\n", "@", "%", "%40", "%20", "(at)", "[dot]", "\"", "&#64;", "+", "(", ")", "€ ", "-", "/", ".",
            ",", ":", "tel:", "NL91", "op 22-11-2026 ", "2024/2025", "12.500,00", "\u{200b}", "\u{ad}", "٣", "½",
            "⒈", "[phone]", "[e-mail]", "AB12 CDEF", "\u{301}", "\0",
        ]).prop_map(str::to_owned),
    ];
    proptest::collection::vec(pieces, 0..8).prop_map(|pieces| pieces.concat())
}

/// Puts separators between groups of digits of these sizes, in turn.
fn grouped(digits: &str, sizes: &[usize], mark: &str) -> String {
    let mut rest = digits;
    let mut groups = Vec::new();
    for size in sizes.iter().cycle() {
        if rest.is_empty() {
            break;
        }
        let (group, behind) = rest.split_at((*size).min(rest.len()));
        groups.push(group);
        rest = behind;
    }
    groups.join(mark)
}

fn digits(least: usize, most: usize) -> impl Strategy<Value = String> {
    proptest::string::string_regex(&format!("[0-9]{{{least},{most}}}")).unwrap()
}

fn phones() -> impl Strategy<Value = String> {
    let marks = vec!["", " ", "-", ".", "/", " - ", "\u{2011}", "\u{a0}", "\u{200b}"];
    let sizes: Vec<&[usize]> = vec![&[2], &[3], &[1], &[4, 3], &[2, 3]];
    let starts = vec!["0", "+31", "0031 ", "+1 (", "(0)"];
    let parts = (
        proptest::sample::select(starts),
        digits(9, 11),
        proptest::sample::select(sizes),
        proptest::sample::select(marks),
    );
    parts.prop_map(|(start, digits, sizes, mark)| {
        format!("{start}{}", grouped(&digits, sizes, mark))
    })
}

fn cards() -> impl Strategy<Value = String> {
    let marks = proptest::sample::select(vec!["", " ", "-", "."]);
    (digits(12, 18), marks).prop_map(|(digits, mark)| {
        // The last digit makes Luhn's sum end in 0.
        let sum: u32 = digits
            .bytes()
            .rev()
            .enumerate()
            .map(|(place, digit)| {
                let digit = u32::from(digit - b'0');
                if place % 2 == 0 { digit * 2 / 10 + digit * 2 % 10 } else { digit }
            })
            .sum();
        grouped(&format!("{digits}{}", (10 - sum % 10) % 10), &[4], mark)
    })
}

fn accounts() -> impl Strategy<Value = String> {
    let shapes = prop_oneof![
        "NL[0-9]{2}[A-Z]{4}[0-9]{10}",
        "[Dd]E[0-9]{20}",
        "GB[0-9]{2}[A-Z]{4}[0-9]{14}",
        "FR[0-9]{12}[A-Z0-9]{8}[0-9]{5}",
        "NO[0-9]{13}",
    ];
    let marks = proptest::sample::select(vec!["", " ", "-"]);
    (shapes, marks).prop_map(|(account, mark)| grouped(&account, &[4], mark))
}

fn addresses() -> impl Strategy<Value = String> {
    let at = proptest::sample::select(vec!["@", "(at)", " [at] ", "%40", "＠", "&#64;"]);
    ("[a-zäé][a-z0-9._+-]{0,8}[a-zü0-9]", at, "[a-zö0-9]{2,8}\\.(nl|com|museum)")
        .prop_map(|(local, at, host)| format!("{local}{at}{host}"))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4000))]

    #[test]
    fn promise_2_what_was_planted_does_not_survive(
        before in surroundings(), behind in surroundings(),
        planted in prop_oneof![phones(), cards(), accounts(), addresses()],
    ) {
        let left = scrubbed(&format!("{before}{planted}{behind}"));
        prop_assert!(!left.contains(&planted), "{left:?}");
        // Nor is as much left of it as a number takes.
        let numbers: String = planted.chars().filter(char::is_ascii_digit).collect();
        let kept: String = left.chars().filter(char::is_ascii_digit).collect();
        prop_assert!(numbers.len() < 9 || !kept.contains(&numbers), "{left:?}");
    }

    #[test]
    fn running_twice_changes_nothing(
        text in proptest::collection::vec(
            prop_oneof![2 => surroundings(), 1 => phones(), 1 => addresses(), 1 => accounts()], 0..6,
        ),
    ) {
        let once = scrubbed(&text.concat());
        prop_assert_eq!(scrubbed(&once), once);
    }

    #[test]
    fn a_text_without_at_signs_and_with_few_digits_is_unchanged(
        words in proptest::collection::vec("[\\PC&&[^@＠﹫&(\\[{<%\\p{N}]]{0,9}", 0..12),
        number in "[0-9]{0,6}",
    ) {
        let text = format!("{} {number}", words.join(" "));
        prop_assume!(!bare(&text).chars().any(|c| "@([{<".contains(c)));
        prop_assume!(bare(&text).chars().filter(|c| c.is_numeric()).count() <= 6);
        prop_assert_eq!(scrubbed(&text), text);
    }
}

#[test]
fn the_time_is_linear_whatever_the_text_says() {
    let seeds = [
        "a",
        "@",
        "\"@",
        "a@",
        "@a",
        " @ ",
        "a@b ",
        "\"a",
        "1",
        "1 ",
        "1    ",
        "1     a",
        "AB12",
        "AB12 ",
        "AB12CDEF ",
        "AA11 AAAA ",
        "NL91ABNA0417164300",
        "+",
        "(",
        "(at)",
        "( at ) ",
        "(at",
        "%",
        "%40",
        "%31",
        "% 1",
        "tel:1",
        "tel:",
        "22-11-2026 ",
        "2024/",
        "1.234,",
        ".",
        "-",
        "é",
        "½",
        "\u{200b}",
        "٣",
        "&#64;",
        "&",
        "a\"@ ",
        "x@ ",
        "1@",
        "1:",
        "1(",
        "\0",
    ];
    let looked = |text: &str| scrub::scrub(text, bare).looked;
    for one in seeds {
        for other in seeds {
            let text = |length: usize| {
                let half = |seed: &str| seed.repeat(length / seed.chars().count() / 2 + 1);
                [half(one), half(other), format!("{one}{other}").repeat(length / 8)].concat()
            };
            let (short, long) = (format!("a{}", text(250)), format!("a{}", text(2_000)));
            let most = |text: &str| 700 * text.chars().count() + 1_000;
            assert!(looked(&long) <= most(&long), "{one:?} {other:?}: {}", looked(&long));
            // Eight times the text, at most about eight times the looks.
            let grown = looked(&long) as f64 / looked(&short) as f64;
            let longer = long.chars().count() as f64 / short.chars().count() as f64;
            assert!(grown <= 1.5 * longer + 1.0, "{one:?} {other:?}: {grown} for {longer}");
        }
    }
}
