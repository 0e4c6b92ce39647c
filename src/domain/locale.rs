//! Which language somebody reads: language ranges in the order of preference (RFC 9110, section
//! 12.5.4), and the lookup of RFC 4647, section 3.4.

/// How many ranges are looked at.
const MOST: usize = 20;

/// The language ranges of a reader, the most wanted first: the one asked for, then those of the header
/// `Accept-Language` by their weights. What is malformed is passed over.
pub fn preferences(asked: Option<&str>, accept_language: Option<&str>) -> Vec<String> {
    let mut weighted: Vec<(u32, &str)> = Vec::new();
    for part in accept_language.unwrap_or_default().split(',').take(MOST) {
        let (range, weight) = part.split_once(';').unwrap_or((part, "q=1"));
        let weight = weight.trim().strip_prefix("q=").and_then(thousandths);
        if let Some(weight) = weight.filter(|weight| *weight > 0) {
            weighted.push((weight, range.trim()));
        }
    }
    // Stable: what weighs the same stays in its order.
    weighted.sort_by_key(|(weight, _)| std::cmp::Reverse(*weight));
    let ranges = asked.into_iter().chain(weighted.into_iter().map(|(_, range)| range));
    ranges.filter(|range| is_range(range)).map(str::to_ascii_lowercase).collect()
}

/// `0.8` as 800: a weight has at most three decimals (RFC 9110, section 12.4.2).
fn thousandths(weight: &str) -> Option<u32> {
    let (whole, decimals) = weight.split_once('.').unwrap_or((weight, ""));
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    if !matches!(whole, "0" | "1") || decimals.len() > 3 || !digits(decimals) {
        return None;
    }
    format!("{whole}{decimals:0<3}").parse().ok().filter(|weight| *weight <= 1000)
}

fn is_range(range: &str) -> bool {
    let is_tag =
        |tag: &str| (1..=8).contains(&tag.len()) && tag.bytes().all(|b| b.is_ascii_alphanumeric());
    range.len() <= 35 && range.split('-').all(is_tag)
}

/// The one among `known` locales that suits best: for each range in turn the locale itself, then
/// without its last subtags (RFC 4647), then another of the same language (`pt` is suited by `pt-BR`).
pub fn choose<'a>(
    preferred: &[String],
    known: impl Iterator<Item = &'a str> + Clone,
) -> Option<&'a str> {
    preferred.iter().find_map(|range| {
        let mut range = range.as_str();
        loop {
            if let Some(found) = known.clone().find(|locale| locale.eq_ignore_ascii_case(range)) {
                return Some(found);
            }
            match range.rsplit_once('-') {
                Some((shorter, _)) => range = shorter,
                None => break,
            }
        }
        let language = |locale: &str| {
            locale.split('-').next().is_some_and(|language| language.eq_ignore_ascii_case(range))
        };
        known.clone().find(|locale| language(locale))
    })
}
