//! Instants, durations and UTC days. The clock itself is elsewhere: nothing here reads it.

use std::fmt;

use chrono::{DateTime, Datelike, Months, NaiveDate, SecondsFormat};
use serde::{Deserialize, Serialize};

/// Milliseconds since 1970-01-01T00:00:00Z.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Instant(pub i64);

/// A length of time in milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Duration(pub i64);

/// A UTC day, as days since 1970-01-01; shown as `2026-11-22`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(pub i32);

const DAY: i64 = 86_400_000;
const UNITS: [(&str, i64); 4] = [("d", DAY), ("h", 3_600_000), ("m", 60_000), ("s", 1_000)];

impl Duration {
    /// Reads `90s`, `15m`, `1h`, `30d`: a whole number of one unit, of up to nine digits.
    pub fn parse(text: &str) -> Option<Self> {
        let (_, unit) = UNITS.iter().find(|(name, _)| text.ends_with(name))?;
        let digits = text.get(..text.len() - 1)?;
        if digits.is_empty() || digits.len() > 9 || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        digits.parse::<i64>().ok()?.checked_mul(*unit).map(Self)
    }

    /// So many days.
    pub const fn days(n: i64) -> Self {
        Self(n * DAY)
    }

    /// So many seconds.
    pub const fn seconds(n: i64) -> Self {
        Self(n * 1_000)
    }
}

impl fmt::Display for Duration {
    /// The inverse of [`Duration::parse`], in the largest unit that divides it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (name, unit) in UNITS {
            if self.0 % unit == 0 {
                return write!(f, "{}{name}", self.0 / unit);
            }
        }
        write!(f, "{}ms", self.0)
    }
}

impl Instant {
    /// The UTC day that it lies in.
    pub fn day(self) -> Day {
        Day(i32::try_from(self.0.div_euclid(DAY)).unwrap_or(i32::MAX))
    }

    /// The whole second that it lies in, always written in as many characters.
    pub fn second(self) -> Self {
        Self(self.0.div_euclid(1_000).saturating_mul(1_000))
    }

    /// So much later.
    pub fn plus(self, duration: Duration) -> Self {
        Self(self.0.saturating_add(duration.0))
    }

    /// So much earlier.
    pub fn minus(self, duration: Duration) -> Self {
        Self(self.0.saturating_sub(duration.0))
    }
}

impl fmt::Display for Instant {
    /// RFC 3339 in UTC, with milliseconds only where there are any.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match DateTime::from_timestamp_millis(self.0) {
            Some(time) => f.write_str(&time.to_rfc3339_opts(SecondsFormat::AutoSi, true)),
            None => f.write_str("out of range"),
        }
    }
}

impl Day {
    /// Reads `2026-11-22`, and nothing looser; no day before 1970, when nothing was counted yet, nor after
    /// 9999, where RFC 3339 ends.
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.splitn(3, '-');
        let mut part = || parts.next()?.parse().ok();
        let (year, month, day) = (part()?, part()?, part()?);
        let date =
            NaiveDate::from_ymd_opt(year, u32::try_from(month).ok()?, u32::try_from(day).ok()?)?;
        let is_known = (1970..=9999).contains(&year);
        Some(Self(date.to_epoch_days())).filter(|day| is_known && day.to_string() == text)
    }

    /// So many days later, or earlier.
    pub fn plus(self, days: i32) -> Self {
        Self(self.0.saturating_add(days))
    }

    /// The first day of its month.
    pub fn month_start(self) -> Self {
        self.months_before(0)
    }

    /// The last day of its month.
    pub fn month_end(self) -> Self {
        let first = self.date().and_then(|date| date.with_day(1));
        let next = first.and_then(|first| first.checked_add_months(Months::new(1)));
        next.map_or(self, |next| Self(next.to_epoch_days()).plus(-1))
    }

    /// The first day of the month that is so many months before its own.
    pub fn months_before(self, months: u32) -> Self {
        let first = self.date().and_then(|date| date.with_day(1));
        let before = first.and_then(|first| first.checked_sub_months(Months::new(months)));
        before.map_or(self, |before| Self(before.to_epoch_days()))
    }

    /// How many months its own comes after that of `earlier`; 0 where it does not.
    pub fn months_since(self, earlier: Self) -> u32 {
        let month =
            |day: Self| day.date().map(|date| 12 * date.year() + date.month0().cast_signed());
        let months = month(self).zip(month(earlier)).map_or(0, |(later, earlier)| later - earlier);
        u32::try_from(months).unwrap_or(0)
    }

    /// The Monday of its week.
    pub fn monday(self) -> Self {
        // 1970-01-01 was a Thursday.
        self.plus(-self.0.saturating_add(3).rem_euclid(7))
    }

    fn date(self) -> Option<NaiveDate> {
        NaiveDate::from_epoch_days(self.0)
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.date() {
            Some(date) => write!(f, "{:04}-{:02}-{:02}", date.year(), date.month(), date.day()),
            None => f.write_str("out of range"),
        }
    }
}
