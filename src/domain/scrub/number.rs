//! Digits of a text: a card by its check digit, or something that tells nothing of anyone.

/// Digits, with what is between them.
pub(super) struct Number {
    pub(super) from: usize,
    pub(super) to: usize,
    pub(super) parts: Vec<Part>,
}

/// Some digits, and the separators behind them, of which the last has none.
pub(super) struct Part {
    pub(super) digits: String,
    pub(super) behind: String,
}

impl Number {
    /// Whether its digits are as Luhn's formula has them (ISO/IEC 7812-1, annex B).
    pub(super) fn is_luhn(&self) -> bool {
        let digits = self.parts.iter().flat_map(|part| part.digits.chars());
        let Some(digits) = digits.map(|c| c.to_digit(10)).collect::<Option<Vec<u32>>>() else {
            return false;
        };
        let sum = digits.iter().rev().enumerate().map(|(place, digit)| match place % 2 {
            0 => *digit,
            _ => digit * 2 % 10 + digit / 5,
        });
        sum.sum::<u32>() % 10 == 0
    }

    /// Whether it is dates, times, years and amounts, and nothing else.
    pub(super) fn is_plain(&self) -> bool {
        let mut parts = self.parts.as_slice();
        let mut former = None;
        while !parts.is_empty() {
            let Some((size, kind)) = plain(parts) else { return false };
            let (item, rest) = parts.split_at_checked(size).unwrap_or((parts, &[]));
            let behind = item.last().map_or("", |part| part.behind.as_str());
            let joined = rest.is_empty() || behind.chars().all(|c| " -/,".contains(c));
            if !joined || former == Some(Plain::Year) && kind == Plain::Year {
                return false;
            }
            // Two years with but a space between may as well be a phone number.
            former = (behind.trim().is_empty() && !rest.is_empty()).then_some(kind);
            parts = rest;
        }
        true
    }
}

/// What a number may be that tells nothing of anyone.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Plain {
    Date,
    Time,
    Year,
    Amount,
}

/// What the first of these parts are together, and how many.
fn plain(parts: &[Part]) -> Option<(usize, Plain)> {
    let value = |index: usize, lengths: [usize; 2]| -> Option<u32> {
        let digits = &parts.get(index)?.digits;
        let ascii = digits.bytes().all(|b| b.is_ascii_digit());
        (ascii && lengths.contains(&digits.len())).then(|| digits.parse().ok()).flatten()
    };
    let behind = |index: usize| parts.get(index).map_or("", |part| part.behind.as_str());
    let year = |index| value(index, [4, 4]).filter(|year| (1900..2100).contains(year));
    let day = |index| value(index, [1, 2]).filter(|day| (1..=31).contains(day));
    let two_of = |a, b| matches!((day(a), day(b)), (Some(a), Some(b)) if a <= 12 || b <= 12);

    let dated = ["-", "/", "."].contains(&behind(0)) && behind(0) == behind(1);
    if dated && ((year(0).is_some() && two_of(1, 2)) || (two_of(0, 1) && year(2).is_some())) {
        return Some((3, Plain::Date));
    }
    let of_sixty = |index| value(index, [2, 2]).is_some_and(|n| n < 60);
    if value(0, [1, 2]).is_some_and(|hour| hour <= 24) && behind(0) == ":" && of_sixty(1) {
        let seconds = behind(1) == ":" && of_sixty(2);
        return Some((if seconds { 3 } else { 2 }, Plain::Time));
    }
    if let Some(size) = amount(parts) {
        return Some((size, Plain::Amount));
    }
    year(0).map(|_| (1, Plain::Year))
}

/// How many of these parts are an amount with a mark between thousands and another before the cents.
fn amount(parts: &[Part]) -> Option<usize> {
    let first = parts.first()?;
    let mark = first.behind.as_str();
    if !(1..=3).contains(&first.digits.len()) || first.digits.starts_with('0') {
        return None;
    }
    if ![".", ",", " ", "'"].contains(&mark) {
        return None;
    }
    let is_group = |part: &&Part| part.digits.len() == 3;
    let groups = parts.iter().skip(1).take_while(is_group);
    let marked = groups.clone().take_while(|part| part.behind == mark).count();
    let last = groups.clone().nth(marked)?;
    let cents = parts.get(marked + 2)?;
    let apart = [".", ","].contains(&last.behind.as_str()) && last.behind != mark;
    (apart && cents.digits.len() == 2).then_some(marked + 3)
}
