//! D1: the business's own facts.

use std::collections::BTreeMap;

use crate::domain::days::Days;
use crate::domain::facts::{AT_START, Channels, Fact, Facts};
use crate::domain::time::Day;

use super::{Columns, Misshapen, Row, Statement, json};

/// Sums come in two parts, so that neither leaves the integers that JavaScript carries: ten years of the
/// largest facts of the most channels would.
const HIGH: i128 = 1_000_000;

/// Replaces the facts of a day, all of them; both statements belong to one transaction.
pub fn replace(day: Day, channels: &Channels) -> [Statement; 2] {
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

/// The facts of some days in one, by channel: those at the start of a day are of the first day alone.
/// And on how many of the days anything was reported.
pub fn select_sums(days: Days) -> [Statement; 2] {
    let bounds = [days.from.to_string().into(), days.to.to_string().into()];
    [
        Statement::new(
            "select channel, fact, sum(value / 1000000), sum(value % 1000000) from facts
              where day between ?1 and ?2 and (day = ?1 or substr(fact, -length(?3)) <> ?3)
              group by channel, fact",
            bounds.clone().into_iter().chain([AT_START.into()]),
        ),
        Statement::new(
            "select count(distinct day) as n from facts where day between ?1 and ?2",
            bounds,
        ),
    ]
}

/// The facts by channel and the number of days, from the rows of [`select_sums`].
pub fn sums([sums, count]: [Vec<Row>; 2]) -> Result<(Channels, u64), Misshapen> {
    let mut channels = Channels::new();
    for row in sums {
        let mut columns = Columns::of("facts", row);
        let facts = channels.entry(columns.text()?).or_default();
        let fact = Fact::named(&columns.text()?).ok_or(Misshapen("facts"))?;
        let (high, low) = (columns.natural()?, columns.natural()?);
        facts.add(fact, i128::from(high) * HIGH + i128::from(low));
    }
    let count = count.into_iter().next().ok_or(Misshapen("facts"))?;
    Ok((channels, Columns::of("facts", count).natural()?))
}
