//! D1: surveys, cohorts, and which batches were applied.

use std::collections::BTreeMap;

use crate::domain::consent_counts;
use crate::domain::days::{Days, Step};
use crate::domain::export::Period;
use crate::domain::kpi::{Counts, Parts};
use crate::domain::ledger::{Batch, Due, Ledger};
use crate::domain::time::{Day, Instant};

use super::{Columns, Misshapen, Row, Statement, Value, json, notices};

/// The schema, as migrations in order; `wrangler d1 migrations apply` applies those that are new.
pub const MIGRATIONS: &[&str] = &[
    include_str!("../../schema/d1/0001_surveys_and_cohorts.sql"),
    include_str!("../../schema/d1/0002_keys.sql"),
    include_str!("../../schema/d1/0003_engagement.sql"),
    include_str!("../../schema/d1/0004_rewards.sql"),
    include_str!("../../schema/d1/0005_webhooks.sql"),
    include_str!("../../schema/d1/0006_alerts.sql"),
];

/// Adds a batch, and notes it as applied: to be run as one transaction, in which a batch that was
/// applied before changes nothing.
///
/// The check constraints see the rows of the batch before they are added to what is there, so that
/// each release of a cohort must be large by itself.
pub fn apply(survey: u64, incarnation: &str, batch: &Batch) -> [Statement; 2] {
    [
        Statement::new(
            concat!(
                "insert into cohorts (survey, day, question, dimension, segment, min_cohort, n, tallies)
                 select ?1, ?4, value ->> 'question', value ->> 'dimension', value ->> 'segment',
                        value ->> 'min_cohort', value ->> 'n', value -> 'tallies'
                   from json_each(?5)
                  where not exists (select 1 from applied
                                     where survey = ?1 and incarnation = ?2 and sequence >= ?3)
                 on conflict (survey, day, question, dimension, segment) do update set ",
                super::added!("cohorts")
            ),
            [
                survey.into(),
                incarnation.into(),
                batch.sequence.into(),
                batch.day.to_string().into(),
                json(&batch.cohorts),
            ],
        ),
        Statement::new(
            "insert into applied (survey, incarnation, sequence) values (?1, ?2, ?3)
             on conflict (survey, incarnation) do update set sequence = excluded.sequence
                where excluded.sequence > sequence",
            [survey.into(), incarnation.into(), batch.sequence.into()],
        ),
    ]
}

/// What D1 must be told next, and what the Ledger notes once D1 has it.
pub enum Telling {
    /// The definition of this revision and its notice, or that the survey is gone.
    Revision(u64, [Statement; 2]),
    /// The batch of this number.
    Batch(u64, [Statement; 2]),
}

/// What D1 must be told next, if anything.
pub fn telling(ledger: &Ledger, now: Instant) -> Option<Telling> {
    let head = &ledger.head;
    match ledger.due() {
        Due::Project => {
            let statement = if head.deleted {
                delete_survey(head.survey)
            } else {
                update_survey(head.survey, head.revision, &head.definition)
            };
            // Of a survey that is gone no notice is kept.
            let notice = notices::keep(head.survey, &ledger.survey.notice, now);
            Some(Telling::Revision(head.revision, [statement, notice]))
        }
        Due::Deliver(batch) => {
            Some(Telling::Batch(batch.sequence, apply(head.survey, &head.incarnation, batch)))
        }
        Due::Rest(_) => None,
    }
}

/// A survey as D1 has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SurveyRow {
    /// Its number; its sqid is the public id.
    pub id: u64,
    /// Its revision.
    pub revision: u64,
    /// When it was created.
    pub created: Instant,
    /// Its definition, as JSON.
    pub definition: String,
}

/// Adds a survey at revision 1; gives its row. [`notices::keep_first`] belongs to the same transaction.
pub fn insert_survey(created: Instant, definition: &str) -> Statement {
    Statement::new(
        "insert into surveys (revision, created, definition) values (1, ?1, ?2)
         returning id, revision, created, definition",
        [created.0.into(), definition.into()],
    )
}

/// Brings a survey to a newer revision.
pub fn update_survey(id: u64, revision: u64, definition: &str) -> Statement {
    Statement::new(
        "update surveys set revision = ?2, definition = ?3 where id = ?1 and revision < ?2",
        [id.into(), revision.into(), definition.into()],
    )
}

/// Deletes a survey, and with it (by foreign keys) all that was counted of it.
pub fn delete_survey(id: u64) -> Statement {
    Statement::new("delete from surveys where id = ?1", [id.into()])
}

/// One survey.
pub fn select_survey(id: u64) -> Statement {
    Statement::new(
        "select id, revision, created, definition from surveys where id = ?1",
        [id.into()],
    )
}

/// Surveys after the number `after`, by number; of those that `bound` names, if it does.
pub fn list_surveys(after: u64, limit: u64, bound: Option<&[u64]>) -> Statement {
    Statement::new(
        "select id, revision, created, definition from surveys
          where id > ?1 and (?3 is null or id in (select value from json_each(?3)))
          order by id limit ?2",
        [after.into(), limit.into(), bound.map_or(Value::Null, |numbers| json(&numbers))],
    )
}

/// The numbers of some surveys after the number `after`, by number.
pub fn list_survey_ids(after: u64, limit: u64) -> Statement {
    Statement::new(
        "select id from surveys where id > ?1 order by id limit ?2",
        [after.into(), limit.into()],
    )
}

/// The largest number of a survey.
pub fn last_survey_id() -> Statement {
    Statement::new("select coalesce(max(id), 0) as id from surveys", [])
}

/// A row of `surveys`.
pub fn survey(row: Row) -> Result<SurveyRow, Misshapen> {
    let mut columns = Columns::of("surveys", row);
    Ok(SurveyRow {
        id: columns.natural()?,
        revision: columns.natural()?,
        created: Instant(columns.integer()?),
        definition: columns.text()?,
    })
}

/// The number in a row of [`list_survey_ids`] or [`last_survey_id`].
pub fn survey_id(row: Row) -> Result<u64, Misshapen> {
    Columns::of("surveys", row).natural()
}

/// What was released of a survey from one day to another, both included: the answerers of each
/// question, and its tallies; in all, and by segment of the dimension `by`. The rows of the two
/// statements go to [`released`].
///
/// The range is one that [`Retention::cover`] gives: it holds the rolled part of a month wholly, or not
/// at all, so that a month counts where its first day is in the range.
///
/// [`Retention::cover`]: crate::domain::retention::Retention::cover
pub fn select_released(survey: u64, from: Day, to: Day, by: Option<&str>) -> [Statement; 2] {
    select(survey, Days { from, to }, by, None, false)
}

/// The same by step of a series in place of segment, under the keys of [`Days::steps`]: the day, the
/// Monday of the week, or the month; through the day `by_month` always the month.
pub fn select_series(survey: u64, days: Days, step: Step, by_month: Day) -> [Statement; 2] {
    select(survey, days, None, Some((step.name(), by_month)), false)
}

/// The same by cohort, of all dimensions at once: see [`by_dimension`].
pub fn select_cohorts(survey: u64, days: Days) -> [Statement; 2] {
    select(survey, days, None, Some(("cohort", Day(0))), false)
}

/// The same as single rows, by period and cohort: the periods are the steps of days, as in
/// [`select_series`]. The rows go to [`periods`].
pub fn select_periods(survey: u64, days: Days, by_month: Day) -> Statement {
    Statement::new(
        "select case when day <= ?5 then substr(day, 1, 7) else day end as part,
                question, dimension, segment, n, tallies
           from (select day, question, dimension, segment, n, tallies from cohorts
                  where survey = ?1 and day between ?2 and ?3 and not question glob ?4
                 union all
                 select month || '-01', question, dimension, segment, n, tallies from months
                  where survey = ?1 and month between substr(?2, 1, 7) and substr(?3, 1, 7)
                    and month || '-01' >= ?2 and not question glob ?4)
          order by 1, 2, 3, 4",
        [
            survey.into(),
            days.from.to_string().into(),
            days.to.to_string().into(),
            consent_counts::PATTERN.into(),
            by_month.to_string().into(),
        ],
    )
}

/// What was released, period by period and cohort by cohort; `steps`: the periods, by their keys.
pub fn periods(rows: Vec<Row>, steps: &[(String, Days)]) -> Result<Vec<Period>, Misshapen> {
    let mut all: Vec<Period> = Vec::new();
    for row in rows {
        let mut columns = Columns::of("cohorts", row);
        let part = columns.text()?;
        let (_, days) = *steps.iter().find(|(key, _)| *key == part).ok_or(Misshapen("cohorts"))?;
        let period = Period {
            days,
            question: columns.text()?,
            dimension: columns.text()?,
            segment: columns.text()?,
            n: columns.natural()?,
            tallies: columns.json()?,
        };
        // Of a month there may be days that are not added up yet.
        match all.last_mut().filter(|last| last.is_same(&period)) {
            Some(last) => last.add(&period),
            None => all.push(period),
        }
    }
    Ok(all)
}

/// The same of the consents alone, which [`select_released`] leaves out.
pub fn select_consents(survey: u64, from: Day, to: Day) -> [Statement; 2] {
    select(survey, Days { from, to }, None, None, true)
}

fn select(
    survey: u64,
    days: Days,
    by: Option<&str>,
    parts: Option<(&str, Day)>,
    consents: bool,
) -> [Statement; 2] {
    // A row for each part, not for each tally: a row costs more to hand over than to make.
    // A month of `months` stands for its days, all of which are through the day ?8.
    [
        "select question,
                case when ?7 = '' then case when dimension = ?4 and ?4 <> '' then segment end
                     when ?7 = 'cohort' then dimension || '/' || segment
                     when ?7 = 'month' or day <= ?8 then substr(day, 1, 7)
                     when ?7 = 'week' then date(day, 'weekday 0', '-6 days')
                     else day end as part,
                sum(n) as n
           from (select day, question, dimension, segment, n from cohorts
                  where survey = ?1 and day between ?2 and ?3 and (question glob ?5) = ?6
                 union all
                 select month || '-01', question, dimension, segment, n from months
                  where survey = ?1 and month between substr(?2, 1, 7) and substr(?3, 1, 7)
                    and month || '-01' >= ?2 and (question glob ?5) = ?6)
          group by 1, 2",
        "select question, part, json_group_object(key, count) as tallies from
        (select question,
                case when ?7 = '' then case when dimension = ?4 and ?4 <> '' then segment end
                     when ?7 = 'cohort' then dimension || '/' || segment
                     when ?7 = 'month' or day <= ?8 then substr(day, 1, 7)
                     when ?7 = 'week' then date(day, 'weekday 0', '-6 days')
                     else day end as part,
                key, sum(value) as count
           from (select day, question, dimension, segment, tallies from cohorts
                  where survey = ?1 and day between ?2 and ?3 and (question glob ?5) = ?6
                 union all
                 select month || '-01', question, dimension, segment, tallies from months
                  where survey = ?1 and month between substr(?2, 1, 7) and substr(?3, 1, 7)
                    and month || '-01' >= ?2 and (question glob ?5) = ?6), json_each(tallies)
          group by 1, 2, 3)
          group by 1, 2",
    ]
    .map(|sql| {
        let (part, by_month) = parts.unwrap_or(("", Day(0)));
        Statement::new(
            sql,
            [
                survey.into(),
                days.from.to_string().into(),
                days.to.to_string().into(),
                by.unwrap_or("").into(),
                consent_counts::PATTERN.into(),
                i64::from(consents).into(),
                part.into(),
                by_month.to_string().into(),
            ],
        )
    })
}

/// The counts of one question.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Released {
    /// Of all of its cohorts.
    pub total: Counts,
    /// Of each segment of the dimension asked for, of each step, or of each cohort.
    pub parts: Parts,
}

/// The counts of each question, from the rows of [`select_released`].
pub fn released(tables: [Vec<Row>; 2]) -> Result<BTreeMap<String, Released>, Misshapen> {
    let [answerers, tallies] = tables;
    let mut all: BTreeMap<String, Released> = BTreeMap::new();
    for row in answerers {
        let mut columns = Columns::of("cohorts", row);
        let released = all.entry(columns.text()?).or_default();
        let part = columns.maybe_text()?;
        let n = columns.natural()?;
        released.total.n += n;
        if let Some(part) = part {
            released.parts.entry(part).or_default().n += n;
        }
    }
    for row in tallies {
        let mut columns = Columns::of("cohorts", row);
        let released = all.entry(columns.text()?).or_default();
        let part = columns.maybe_text()?;
        let tallies: BTreeMap<String, u64> = columns.json()?;
        for (key, count) in &tallies {
            *released.total.tallies.entry(key.clone()).or_default() += count;
        }
        if let Some(part) = part {
            released.parts.entry(part).or_default().tallies = tallies;
        }
    }
    Ok(all)
}

/// The parts of [`select_cohorts`], by dimension and segment. A dimension's name has no `/`; that of
/// `(unattributed)` is empty.
pub fn by_dimension(parts: Parts) -> BTreeMap<String, Parts> {
    let mut dimensions: BTreeMap<String, Parts> = BTreeMap::new();
    for (part, counts) in parts {
        if let Some((dimension, segment)) = part.split_once('/') {
            let segments = dimensions.entry(dimension.to_owned()).or_default();
            segments.insert(segment.to_owned(), counts);
        }
    }
    dimensions
}
