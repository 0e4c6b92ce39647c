//! D1: the business's own facts.

use std::collections::BTreeMap;

use crate::domain::days::Days;
use crate::domain::facts::{AT_START, Channels, Fact, Facts};
use crate::domain::time::Day;

use super::{Columns, Misshapen, Row, Statement, json};

/// Sums come in two parts, so that neither leaves the integers that JavaScript carries: ten years of the
/// largest facts of the most channels would.
const HIGH: i128 = 1_000_000;

/// Replaces the facts of a day, all of them, and counts that; all statements belong to one transaction.
pub fn replace(day: Day, channels: &Channels) -> [Statement; 3] {
    let mut rows: Vec<(&str, &str, i64)> = Vec::new();
    for (channel, facts) in channels {
        for (fact, value) in facts.iter() {
            // One fact is at most `facts::MOST`.
            rows.push((channel, fact.name(), i64::try_from(value).unwrap_or(i64::MAX)));
        }
    }
    let day = day.to_string();
    [
        Statement::new("delete from facts where day = ?1", [day.as_str().into()]),
        Statement::new(
            "insert into facts (day, channel, fact, value)
             select ?1, value ->> 0, value ->> 1, value ->> 2 from json_each(?2)",
            [day.as_str().into(), json(&rows)],
        ),
        Statement::new(
            "insert into reported (one, times) values (1, 1)
             on conflict (one) do update set times = times + 1",
            [],
        ),
    ]
}

/// The facts of some days, a row for each day and channel, in order.
pub fn list(days: Days) -> Statement {
    Statement::new(
        "select day, channel, json_group_object(fact, value) from facts
          where day between ?1 and ?2 group by day, channel order by day, channel",
        [days.from.to_string().into(), days.to.to_string().into()],
    )
}

/// A row of [`list`]: the day, the channel and its facts.
pub fn listed(row: Row) -> Result<(String, String, Facts), Misshapen> {
    let mut columns = Columns::of("facts", row);
    let (day, channel) = (columns.text()?, columns.text()?);
    let mut facts = Facts::default();
    for (name, value) in columns.json::<BTreeMap<String, u64>>()? {
        facts.add(Fact::named(&name).ok_or(Misshapen("facts"))?, value.into());
    }
    Ok((day, channel, facts))
}

/// The facts of each of some ranges of days in one, by channel: those at the start of a day are of the
/// range's first day alone. And on how many of its days anything was reported.
pub fn select_sums(ranges: &[Days]) -> [Statement; 2] {
    let bounds: Vec<[String; 2]> =
        ranges.iter().map(|days| [days.from.to_string(), days.to.to_string()]).collect();
    let bounds = json(&bounds);
    // The ranges come first (`cross join` keeps the order), and their days are found by the primary key.
    [
        Statement::new(
            "select range.key, channel, fact, sum(facts.value / 1000000), sum(facts.value % 1000000)
               from json_each(?1) as range cross join facts
              where day between range.value ->> 0 and range.value ->> 1
                and (day = range.value ->> 0 or substr(fact, -length(?2)) <> ?2)
              group by range.key, channel, fact",
            [bounds.clone(), AT_START.into()],
        ),
        Statement::new(
            "select range.key, count(distinct day) from json_each(?1) as range cross join facts
              where day between range.value ->> 0 and range.value ->> 1
              group by range.key",
            [bounds],
        ),
    ]
}

/// What was reported over a range of days.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sums {
    /// The facts, by channel.
    pub channels: Channels,
    /// On how many days anything was reported.
    pub days: u64,
}

/// What was reported over each of `count` ranges, from the rows of [`select_sums`].
pub fn sums([sums, days]: [Vec<Row>; 2], count: usize) -> Result<Vec<Sums>, Misshapen> {
    const WRONG: Misshapen = Misshapen("facts");
    let mut all = vec![Sums::default(); count];
    let at = |columns: &mut Columns| usize::try_from(columns.natural()?).map_err(|_| WRONG);
    for row in sums {
        let mut columns = Columns::of("facts", row);
        let range = all.get_mut(at(&mut columns)?).ok_or(WRONG)?;
        let facts = range.channels.entry(columns.text()?).or_default();
        let fact = Fact::named(&columns.text()?).ok_or(WRONG)?;
        let (high, low) = (columns.natural()?, columns.natural()?);
        facts.add(fact, i128::from(high) * HIGH + i128::from(low));
    }
    for row in days {
        let mut columns = Columns::of("facts", row);
        let range = all.get_mut(at(&mut columns)?).ok_or(WRONG)?;
        range.days = columns.natural()?;
    }
    Ok(all)
}
