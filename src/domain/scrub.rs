//! A comment without e-mail addresses, phone numbers, accounts and payment cards.
//!
//! It takes too much rather than too little: what it takes is replaced by `[e-mail]`, `[phone]`,
//! `[account]` or `[card]`. Names, addresses of houses, and whatever else people write of themselves stay.
//!
//! Where the line is:
//! - E-mail: any `@` between two words without spaces around it; with spaces where a dot follows in the
//!   second word. `(at)`, `[at]`, `(dot)`, `%40` and `&#64;` are read as what they stand for. `jan at shop
//!   dot nl` stays.
//! - Account: two letters, two digits, and groups as an IBAN has them, of 15 characters or more, seven of
//!   them digits (ISO 13616: 15 to 34). The check digits (ISO 7064, MOD 97-10) are not asked, so that one
//!   with a slip of the pen goes too.
//! - Number: seven digits or more, with at most four separators between one and the next; behind `tel:`
//!   three. A card has 13 to 19 digits (ISO/IEC 7812-1) that Luhn's formula accepts, or more than the 15
//!   of any phone number (ITU-T E.164); anything else is a phone number. What stays are dates, times and
//!   years (`22-11-2026 14:30`, `2024/2025`), and amounts with a mark between thousands and another before
//!   the cents (`12.500,00`). `1.000.000` goes.
//!
//! Unicode's forms are folded (NFKD, UAX #15), digits of any script count, and characters that nobody sees
//! (Default_Ignorable_Code_Point, UAX #44) are passed over. Digits as words (`nul zes`) are not known.
//! The time is linear in the text's length, whatever it says.

use std::cell::Cell;

use super::themes::Bare;

mod glyph;
mod number;

use glyph::{Glyph, folded, percent_decoded, spelled};
use number::{Number, Part};

/// How often a text is gone over at most, since what was taken may bring together what was apart.
const MOST_ROUNDS: usize = 4;
/// How many separators may stand between two digits of one number.
const MOST_BETWEEN: usize = 4;
/// How many digits are a number that is taken.
const FEWEST_DIGITS: usize = 7;
/// The same where the text says that it is a phone number.
const FEWEST_DIALLED: usize = 3;
/// The lengths of an IBAN.
const IBAN: (usize, usize) = (15, 34);

/// A text from which something was taken.
#[derive(Debug, PartialEq, Eq)]
pub struct Scrubbed {
    /// What is left.
    pub text: String,
    /// How often a character was looked at: at most a fixed number of times the characters.
    pub looked: usize,
}

/// Scrubs a text. `bare`: Unicode's tables, as the platform lends them.
pub fn scrub(text: &str, bare: Bare) -> Scrubbed {
    let mut scrubbed = Scrubbed { text: text.to_owned(), looked: 0 };
    for _ in 0..MOST_ROUNDS {
        let before = scrubbed.text.clone();
        // What is percent-encoded, in the query of a link; then the same as it stands.
        if before.contains('%') {
            scrubbed.pass(bare, true);
        }
        scrubbed.pass(bare, false);
        if scrubbed.text == before {
            break;
        }
    }
    scrubbed
}

impl Scrubbed {
    fn pass(&mut self, bare: Bare, decode: bool) {
        let mut sheet = Sheet::of(&self.text, bare, decode);
        sheet.find_addresses();
        sheet.find_accounts();
        sheet.find_numbers();
        self.looked += sheet.looked.get();
        if let Some(text) = sheet.without_found(&self.text) {
            self.text = text;
        }
    }
}

/// A text while it is gone over.
struct Sheet {
    glyphs: Vec<Glyph>,
    /// For each glyph, whether it was found to belong to something.
    taken: Vec<bool>,
    /// What was found: the first glyph, the one behind the last, and what stands there instead.
    found: Vec<(usize, usize, &'static str)>,
    looked: Cell<usize>,
}

impl Sheet {
    fn of(text: &str, bare: Bare, decode: bool) -> Self {
        let mut glyphs = folded(text, bare);
        if decode {
            glyphs = percent_decoded(&glyphs);
        }
        let glyphs = spelled(&glyphs);
        let looked = Cell::new(3 * glyphs.len());
        Self { taken: vec![false; glyphs.len()], glyphs, found: Vec::new(), looked }
    }

    /// The character there; none where the text has ended, or something was found.
    fn at(&self, index: usize) -> Option<char> {
        self.looked.set(self.looked.get() + 1);
        let free = self.taken.get(index).is_some_and(|taken| !taken);
        self.glyphs.get(index).filter(|_| free).map(|glyph| glyph.letter)
    }

    fn is(&self, index: usize, kind: impl Fn(char) -> bool) -> bool {
        self.at(index).is_some_and(kind)
    }

    /// The first place from `index` on whose character is not of a kind, `most` further at most.
    fn past(&self, index: usize, most: usize, kind: impl Fn(char) -> bool) -> usize {
        let end = index.saturating_add(most);
        (index..end).find(|at| !self.is(*at, &kind)).unwrap_or(end)
    }

    /// The first place of the characters of a kind that end before `index`, `least` at the lowest.
    fn back(&self, index: usize, least: usize, kind: impl Fn(char) -> bool) -> usize {
        (least..index).rev().find(|at| !self.is(*at, &kind)).map_or(least.min(index), |at| at + 1)
    }

    fn take(&mut self, from: usize, to: usize, instead: &'static str) {
        self.taken.iter_mut().take(to).skip(from).for_each(|taken| *taken = true);
        self.looked.set(self.looked.get() + to.saturating_sub(from));
        self.found.push((from, to, instead));
    }

    /// The text with what was found replaced; none where nothing was found.
    fn without_found(mut self, text: &str) -> Option<String> {
        if self.found.is_empty() {
            return None;
        }
        self.found.sort_unstable();
        let mut left = String::with_capacity(text.len());
        let mut written = 0;
        for (from, to, instead) in self.found {
            let from = self.glyphs.get(from).map_or(0, |glyph| glyph.from);
            let to = self.glyphs.get(to.saturating_sub(1)).map_or(0, |glyph| glyph.to);
            left.push_str(text.get(written..from).unwrap_or_default());
            left.push_str(instead);
            written = written.max(to);
        }
        left.push_str(text.get(written..).unwrap_or_default());
        Some(left)
    }

    fn find_addresses(&mut self) {
        let (mut index, mut floor) = (0, 0);
        while index < self.glyphs.len() {
            if !self.is(index, |c| c == '@') {
                index += 1;
                continue;
            }
            let behind = self.past(index, usize::MAX, |c| c == '@');
            if let Some((from, to)) = self.address(floor, index, behind) {
                self.take(from, to, "[e-mail]");
                floor = to;
            }
            index = behind.max(floor);
        }
    }

    /// The address around the `@` that begin at `at` and end before `behind`.
    fn address(&self, floor: usize, at: usize, behind: usize) -> Option<(usize, usize)> {
        let local_end = self.back(at, floor.max(at.saturating_sub(3)), char::is_whitespace);
        let host = self.past(behind, 3, char::is_whitespace);
        let apart = local_end < at || host > behind;
        let is_quote = |c| c == '"';
        let closes = local_end > floor && self.is(local_end - 1, is_quote);
        let opens = || {
            let inner = self.back(local_end - 1, floor, |c| c != '"');
            (inner > floor && self.is(inner - 1, is_quote)).then(|| inner - 1)
        };
        let from = match closes.then(opens).flatten() {
            // "jan jansen"@shop.nl: RFC 5322, section 3.2.4.
            Some(opening) => opening,
            None => {
                let end = local_end - usize::from(closes);
                let from = self.back(end, floor, is_local);
                self.past(from, end - from, |c| !c.is_alphanumeric())
            }
        };
        let end = self.past(host, usize::MAX, |c| is_local(c) && c != ':');
        let to = self.back(end, host, |c| !c.is_alphanumeric());
        let dotted = || {
            let dot = self.past(host, to - host, |c| c != '.');
            dot > host && dot < to
        };
        (from < local_end && to > host && (!apart || dotted())).then_some((from, to))
    }

    fn find_accounts(&mut self) {
        let mut index = 0;
        while index < self.glyphs.len() {
            match self.account(index) {
                Some(to) => {
                    self.take(index, to, "[account]");
                    index = to;
                }
                None => index += 1,
            }
        }
    }

    /// The end of the account that begins here.
    fn account(&self, from: usize) -> Option<usize> {
        let is_letter = |at| self.is(at, |c| c.is_ascii_alphabetic());
        let is_digit = |at| self.is(at, char::is_numeric);
        if !is_letter(from) || !is_letter(from + 1) {
            return None;
        }
        let apart = self.is(from + 2, is_group_mark);
        let check = from + 2 + usize::from(apart);
        // `of 4111 1111 ...` is no account: what stands apart stands apart on both sides.
        let grouped = || {
            let own_word = from == 0 || !self.is(from - 1, char::is_alphanumeric);
            own_word && !is_digit(check + 2)
        };
        if !is_digit(check) || !is_digit(check + 1) || (apart && !grouped()) {
            return None;
        }
        let (mut end, mut length, mut digits) = (check + 2, 4, 2);
        while length < IBAN.1 {
            let group = self.past(end, 2, is_group_mark);
            let group_end = self.past(group, IBAN.1 - length, is_account_letter);
            let numbers = (group..group_end).filter(|at| is_digit(*at)).count();
            let size = group_end - group;
            let belongs = numbers > 0 || size == 4 || group == end;
            if size == 0 || !belongs {
                break;
            }
            (end, length, digits) = (group_end, length + size, digits + numbers);
        }
        let enough = length >= IBAN.0 && digits >= FEWEST_DIGITS;
        enough.then(|| self.past(end, usize::MAX, is_account_letter))
    }

    fn find_numbers(&mut self) {
        let mut index = 0;
        while index < self.glyphs.len() {
            if !self.is(index, char::is_numeric) {
                index += 1;
                continue;
            }
            let number = self.number(index);
            index = number.to;
            if let Some((from, instead)) = self.judge(&number) {
                self.take(from, number.to, instead);
            }
        }
    }

    /// The number that begins here, as far as it goes.
    fn number(&self, from: usize) -> Number {
        let mut number = Number { from, to: from, parts: Vec::new() };
        let mut start = from;
        loop {
            let end = self.past(start, usize::MAX, char::is_numeric);
            let next = self.past(end, MOST_BETWEEN, is_between);
            let goes_on = self.is(next, char::is_numeric);
            let text = |from, to| (from..to).filter_map(|at| self.at(at)).collect::<String>();
            let behind = if goes_on { text(end, next) } else { String::new() };
            number.parts.push(Part { digits: text(start, end), behind });
            number.to = end;
            if !goes_on {
                return number;
            }
            start = next;
        }
    }

    /// Where the number begins, with what belongs to it, and what stands in its place; none where it
    /// may stay.
    fn judge(&self, number: &Number) -> Option<(usize, &'static str)> {
        let least = number.from.saturating_sub(2);
        let mut from = self.back(number.from, least, |c| matches!(c, '+' | '('));
        let dialled =
            self.back(from, from.saturating_sub(8), |c| c.is_ascii_alphabetic() || c == ':');
        let scheme: String = (dialled..from).filter_map(|at| self.at(at)).collect();
        let scheme = scheme.to_ascii_lowercase();
        let dialled = ["tel:", "sms:", "callto:"].iter().any(|known| scheme.ends_with(known));
        let digits = number.parts.iter().map(|part| part.digits.chars().count()).sum::<usize>();
        let international = (from..number.from).any(|at| self.is(at, |c| c == '+'));
        if digits < if dialled { FEWEST_DIALLED } else { FEWEST_DIGITS } {
            return None;
        }
        if !dialled && !international && number.is_plain() {
            return None;
        }
        // A bracket that is closed behind the number stays.
        let closed = number.parts.iter().any(|part| part.behind.contains(')'));
        if !closed && !international {
            from = number.from;
        }
        let is_card = digits > 15 || (digits >= 13 && number.is_luhn());
        Some((from, if is_card { "[card]" } else { "[phone]" }))
    }
}

/// Whether it may be part of an address: much may (RFC 5322, section 3.2.3; RFC 6531).
fn is_local(letter: char) -> bool {
    !letter.is_whitespace() && !"@()<>[]{},;\"`\\".contains(letter)
}

fn is_account_letter(letter: char) -> bool {
    letter.is_ascii_alphabetic() || letter.is_numeric()
}

fn is_group_mark(letter: char) -> bool {
    letter.is_whitespace() || "-./".contains(letter)
}

/// Whether it may stand between two digits of one number.
fn is_between(letter: char) -> bool {
    letter.is_whitespace() || ".-/()[],_:'*~|\\+\u{b7}\u{2022}\u{2219}\u{2027}".contains(letter)
}
