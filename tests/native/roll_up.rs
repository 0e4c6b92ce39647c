//! Promise 9 in D1: figures go from days to months and from months to nothing, and every sum over every
//! range that may be read stays what it was.
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

use std::collections::{BTreeMap, BTreeSet};

use counterfoil::domain::consent_counts::ConsentCounts;
use counterfoil::domain::days::{Days, Step};
use counterfoil::domain::ledger::Batch;
use counterfoil::domain::notice;
use counterfoil::domain::plan::Plan;
use counterfoil::domain::retention::{Cover, Retention};
use counterfoil::domain::tally::Sealed;
use counterfoil::domain::time::{Day, Instant};
use counterfoil::store::d1::{self, Released};
use counterfoil::store::roll_up::{self, Due, Kept};
use counterfoil::store::{Row, Statement, Value};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use crate::notices::texts;
use crate::retention::{day, kept, retention};
use crate::sql::{cohorts, sealed, sum};
use crate::sqlite::Sqlite;

/// What happens to D1 in a history; days are counted from the present.
#[derive(Clone, Debug)]
enum Event {
    /// A Ledger delivers a batch of the day so many days ago.
    Batch { survey: u64, ago: i32, cohorts: Vec<Sealed> },
    /// So many days pass.
    Pass(i32),
    /// The first of the next month comes.
    NextMonth,
    /// Retention is changed.
    Retain { survey: u64, retention: Retention },
    /// Cron runs, by a clock that is so many days off, and dies after so many statements, if given.
    Cron { off: i32, dies: Option<usize> },
    /// Cron runs by what it had read before it last ran.
    StaleCron,
    /// Somebody reads a range, by a clock that is so many days off.
    Read { survey: u64, ago: i32, length: i32, by: Option<&'static str>, off: i32 },
}

fn event() -> impl Strategy<Value = Event> {
    let ago = || prop_oneof![3 => 0..3_i32, 2 => 0..40_i32, 1 => 0..800_i32];
    let off = || prop_oneof![6 => Just(0), 1 => -2..3_i32, 1 => 0..200_i32];
    let survey = || 1..=2_u64;
    let by = select(vec![None, Some("channel"), Some("touchpoint")]);
    prop_oneof![
        6 => (survey(), ago(), cohorts())
            .prop_map(|(survey, ago, cohorts)| Event::Batch { survey, ago, cohorts }),
        3 => (0..40_i32).prop_map(Event::Pass),
        1 => (40..500_i32).prop_map(Event::Pass),
        2 => Just(Event::NextMonth),
        2 => (survey(), retention())
            .prop_map(|(survey, retention)| Event::Retain { survey, retention }),
        5 => (off(), proptest::option::weighted(0.2, 0..6_usize))
            .prop_map(|(off, dies)| Event::Cron { off, dies }),
        1 => Just(Event::StaleCron),
        8 => (survey(), -3..900_i32, 0..400_i32, by, off())
            .prop_map(|(survey, ago, length, by, off)| Event::Read { survey, ago, length, by, off }),
    ]
}

/// D1, and beside it every release that must still be there, on its own day.
struct World {
    d1: Sqlite,
    today: Day,
    releases: Vec<(u64, Day, Sealed)>,
    sequence: u64,
    revision: u64,
    read_before: Vec<Kept>,
}

fn definition(retention: Retention) -> String {
    let Retention { days, months } = retention;
    format!(r#"{{"retention": {{"days": {days}, "months": {months}}}}}"#)
}

impl World {
    fn new(today: Day) -> Self {
        let mut d1 = Sqlite::d1();
        for _ in 0..2 {
            let definition = definition(Retention::default());
            d1.run(&[d1::insert_survey(Instant(0), &definition)]).unwrap();
        }
        let (releases, read_before) = (Vec::new(), Vec::new());
        Self { d1, today, releases, sequence: 0, revision: 1, read_before }
    }

    fn kept(&self) -> Vec<Kept> {
        let rows = self.d1.select(&roll_up::list_kept(0, 40)).unwrap();
        rows.into_iter().map(|row| roll_up::kept(row).unwrap()).collect()
    }

    fn happen(&mut self, event: &Event) {
        match event {
            Event::Batch { survey, ago, cohorts } => {
                self.sequence += 1;
                let day = self.today.plus(-ago);
                let batch = Batch { sequence: self.sequence, day, cohorts: cohorts.clone() };
                self.d1.run(&d1::apply(*survey, "a", &batch)).unwrap();
                self.releases.extend(cohorts.iter().map(|one| (*survey, day, one.clone())));
            }
            Event::Pass(days) => self.today = self.today.plus(*days),
            Event::NextMonth => self.today = self.today.month_end().plus(1),
            Event::Retain { survey, retention } => {
                self.revision += 1;
                let definition = definition(*retention);
                self.d1.run(&[d1::update_survey(*survey, self.revision, &definition)]).unwrap();
            }
            Event::Cron { off, dies } => self.cron(self.today.plus(*off), *dies),
            Event::StaleCron => {
                let due: Vec<Due> =
                    self.read_before.iter().map(|kept| kept.due(self.today)).collect();
                self.roll_up(&self.read_before.clone(), self.today, &due);
            }
            Event::Read { survey, ago, length, by, off } => {
                let to = self.today.plus(-ago);
                self.read(*survey, self.today.plus(*off), to.plus(-length), to, *by);
            }
        }
        self.look();
    }

    fn cron(&mut self, today: Day, dies: Option<usize>) {
        let kept = self.kept();
        let due: Vec<Due> = kept.iter().map(|kept| kept.due(today)).collect();
        if let Some(statements) = dies {
            self.d1.run_and_die(&roll_up::roll_up(&due)[..statements.min(5)]);
            return;
        }
        self.roll_up(&kept, today, &due);
        for kept in &kept {
            let (cut, horizon) =
                (kept.retention.cut(today, kept.rolled_through), kept.retention.horizon(today));
            let found = self.rows(
                "select count(*) from cohorts where survey = ?1 and (day <= ?2 or day < ?3)",
                kept.survey,
                &[cut, horizon],
            );
            assert_eq!(found, 0, "a day is left that should be rolled up, or gone");
        }
        let before = self.everything();
        self.d1.run(&roll_up::roll_up(&due)).unwrap();
        assert_eq!(self.everything(), before, "a second run has nothing to do");
        self.read_before = kept;
    }

    /// Runs a roll-up to its end, and forgets what is overdue by it.
    fn roll_up(&mut self, kept: &[Kept], today: Day, due: &[Due]) {
        self.d1.run(&roll_up::roll_up(due)).unwrap();
        for kept in kept {
            let horizon = kept.retention.horizon(today);
            self.releases.retain(|(survey, day, _)| *survey != kept.survey || *day >= horizon);
            let found = self.rows(
                "select (select count(*) from cohorts where survey = ?1 and day < ?2)
                      + (select count(*) from months where survey = ?1 and month || '-01' < ?2)",
                kept.survey,
                &[horizon],
            );
            assert_eq!(found, 0, "something overdue is left after a run");
        }
    }

    fn rows(&self, sql: &'static str, survey: u64, days: &[Day]) -> i64 {
        let days = days.iter().map(|day| day.to_string().into());
        let statement = Statement::new(sql, std::iter::once(survey.into()).chain(days));
        match self.d1.select(&statement).unwrap()[0][0] {
            Value::Integer(found) => found,
            ref other => panic!("{other:?}"),
        }
    }

    fn everything(&self) -> Vec<Row> {
        let tables = ["select * from surveys", "select * from cohorts", "select * from months"];
        tables.iter().flat_map(|sql| self.d1.rows(sql)).collect()
    }

    /// That nothing is lost, nothing is double, and nothing is small: whatever just happened.
    fn look(&self) {
        let total = "select coalesce((select sum(n) from cohorts), 0) + coalesce((select sum(n) from months), 0)";
        let expected: u64 = self.releases.iter().map(|(_, _, one)| one.n).sum();
        assert_eq!(self.d1.count(total), expected.cast_signed());
        let small = "select (select count(*) from cohorts where n < min_cohort or min_cohort < 5)
                          + (select count(*) from months where n < min_cohort or min_cohort < 5)";
        assert_eq!(self.d1.count(small), 0);
    }

    /// As `edge::report` does: by retention first, then by what D1 says was rolled up.
    fn ask(
        &self,
        survey: u64,
        today: Day,
        (from, to): (Day, Day),
        by: Option<&str>,
    ) -> (Plan, BTreeMap<String, Released>) {
        let retention = self.kept()[survey as usize - 1].retention;
        let mut rolled_through = None;
        for _ in 0..2 {
            let plan = Plan::new(retention, today, rolled_through, Days { from, to });
            let cover = plan.range.cover;
            let found = self.released(d1::select_released(survey, cover.from, cover.to, by));
            let rolled = self.d1.select(&roll_up::select_rolled_through(survey)).unwrap();
            let rolled = roll_up::rolled_through(rolled).unwrap();
            if rolled.is_none_or(|day| day <= plan.by_month) {
                return (plan, found);
            }
            rolled_through = rolled;
        }
        panic!("the range is never wide enough")
    }

    fn released(&self, statements: [Statement; 2]) -> BTreeMap<String, Released> {
        d1::released(statements.map(|statement| self.d1.select(&statement).unwrap())).unwrap()
    }

    /// That a series has the sums of its steps, that these are the days read, each once, and that no
    /// step ends within what is kept by month alone.
    fn read_series(&self, survey: u64, plan: &Plan, step: Step) {
        let steps = plan.steps(step);
        let days: i32 = steps.iter().map(|(_, days)| days.count()).sum();
        assert_eq!(days, plan.range.days().count());
        let found =
            self.released(d1::select_series(survey, plan.range.days(), step, plan.by_month));
        let mut keys = BTreeSet::new();
        for (key, days) in &steps {
            assert!(keys.insert(key.as_str()), "{key} twice");
            let by_month = days.from <= plan.by_month;
            assert!(!by_month || days.from == days.from.month_start());
            assert_eq!(
                by_month && step != Step::Month,
                days.from <= plan.by_month_through(step).unwrap_or(Day(i32::MIN))
            );
            for question in ["q", "r"] {
                let own = self.releases.iter().filter(|(of, day, one)| {
                    *of == survey && one.question == question && (days.from..=days.to).contains(day)
                });
                let parts = found.get(question).map(|released| &released.parts);
                let counts = parts.and_then(|parts| parts.get(key)).cloned().unwrap_or_default();
                assert_eq!(counts, sum(own.map(|(_, _, one)| one)), "{key} by {}", step.name());
            }
        }
        let told = found.values().flat_map(|released| released.parts.keys());
        assert!(told.into_iter().all(|key| keys.contains(key.as_str())), "a key of no step");
    }

    fn read(&self, survey: u64, today: Day, from: Day, to: Day, by: Option<&str>) {
        let (plan, found) = self.ask(survey, today, (from, to), by);
        let (cover, previous) = (plan.range.cover, plan.previous.cover);
        assert!(previous.is_empty() || previous.to < plan.range.told().from, "no day is in both");
        assert!(previous.from >= self.kept()[survey as usize - 1].retention.horizon(today));
        Step::ALL.into_iter().for_each(|step| self.read_series(survey, &plan, step));
        let kept = self.kept()[survey as usize - 1].clone();
        assert!(cover.from >= kept.retention.horizon(today), "something overdue was read");
        assert_eq!(cover, kept.retention.cover(today, kept.rolled_through, from, to));
        let own: Vec<&Sealed> = self
            .releases
            .iter()
            .filter(|(of, day, _)| *of == survey && (cover.from..=cover.to).contains(day))
            .map(|(_, _, one)| one)
            .collect();
        for question in ["q", "r"] {
            let all = || own.iter().copied().filter(|one| one.question == question);
            let released = found.get(question).cloned().unwrap_or_default();
            assert_eq!(
                released.total,
                sum(all()),
                "{question} from {} to {}",
                cover.from,
                cover.to
            );
            let drew = || all().filter(|one| by == Some(one.dimension.as_str()));
            let mut segments: Vec<&String> = drew().map(|one| &one.segment).collect();
            segments.sort();
            segments.dedup();
            assert_eq!(released.parts.keys().collect::<Vec<_>>(), segments);
            for (segment, counts) in &released.parts {
                assert_eq!(*counts, sum(drew().filter(|one| one.segment == *segment)));
            }
        }
        assert!(found.keys().all(|question| ["q", "r"].contains(&question.as_str())));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn promise_9_every_sum_is_kept_and_nothing_overdue_is_read_or_left(
        today in 19_700..20_800_i32,
        events in vec(event(), 1..40),
    ) {
        let mut world = World::new(Day(today));
        for event in &events {
            world.happen(event);
        }
        // At last, all that is kept: by both surveys, before and after one more run.
        for off in [0, 45] {
            for survey in [1, 2] {
                for by in [None, Some("channel")] {
                    let today = world.today.plus(off);
                    world.read(survey, today, today.plus(-3_000), today.plus(300), by);
                }
            }
            world.cron(world.today.plus(off), None);
        }
    }
}

fn released(world: &mut World, ago: i32, n: u64) {
    let cohorts = vec![sealed("q", ("", "(unattributed)"), n, &[("9", n)])];
    world.happen(&Event::Batch { survey: 1, ago, cohorts });
}

fn total(world: &World, from: &str, to: &str) -> (Cover, u64) {
    let (plan, found) = world.ask(1, world.today, (day(from), day(to)), None);
    (plan.range.cover, found.get("q").map_or(0, |released| released.total.n))
}

#[test]
fn promise_9_what_is_overdue_is_not_read_though_cron_never_ran() {
    let mut world = World::new(day("2024-02-29"));
    released(&mut world, 0, 7);
    for (today, covered) in
        [("2024-05-28", 7), ("2024-05-30", 7), ("2026-03-31", 7), ("2026-04-01", 0)]
    {
        world.today = day(today);
        assert_eq!(total(&world, "2020-01-01", "2026-12-31").1, covered, "{today}");
    }
    assert_eq!(world.d1.count("select count(*) from cohorts"), 1, "nobody has deleted it yet");
    world.cron(world.today, None);
    assert_eq!(world.d1.count("select count(*) from cohorts"), 0);
    assert_eq!(world.d1.count("select count(*) from months"), 0);
}

#[test]
fn a_batch_that_comes_after_its_month_was_rolled_up_is_read_at_once_and_added_once() {
    let mut world = World::new(day("2024-02-10"));
    released(&mut world, 0, 7);
    world.today = day("2024-06-15");
    world.cron(world.today, None);
    assert_eq!(world.kept()[0].rolled_through, Some(day("2024-03-17")));
    assert_eq!(world.kept()[1].rolled_through, None, "nothing of the other one was rolled up");
    released(&mut world, 126, 6);
    assert_eq!(world.d1.count("select count(*) from cohorts where day = '2024-02-10'"), 1);
    for _ in 0..2 {
        let (cover, n) = total(&world, "2024-02-20", "2024-02-21");
        assert_eq!((cover.from, cover.to, n), (day("2024-02-01"), day("2024-02-29"), 13));
        assert_eq!(total(&world, "2024-03-01", "2024-06-15").1, 0);
        world.cron(world.today, None);
    }
    assert_eq!(world.d1.count("select count(*) from cohorts"), 0);
    assert_eq!(world.d1.count("select n from months where month = '2024-02'"), 13);
}

#[test]
fn d1_refuses_a_small_month() {
    let world = World::new(day("2024-02-10"));
    for (min_cohort, n) in [(5_u64, 4_u64), (4, 9), (9, 8)] {
        let statement = Statement::new(
            "insert into months (survey, month, question, dimension, segment, min_cohort, n, tallies)
             values (1, '2024-02', 'q', '', '(unattributed)', ?1, ?2, '{}')",
            [min_cohort.into(), n.into()],
        );
        assert!(world.d1.select(&statement).is_err(), "{n} of {min_cohort}");
    }
}

#[test]
fn of_a_survey_where_nothing_is_due_no_row_is_read() {
    let world = World::new(Day(20_000));
    for statement in roll_up::roll_up(&[Due::new(1, Day(1), Day(0))]) {
        let sql: &'static str = format!("explain query plan {}", statement.sql).leak();
        let plan = world.d1.select(&Statement { sql, ..statement }).unwrap();
        let steps: Vec<String> = plan.iter().map(|row| format!("{:?}", row[3])).collect();
        for step in &steps {
            for table in ["cohorts", "months", "surveys", "c", "m"] {
                assert!(!step.contains(&format!("SCAN {table} ")), "{steps:#?}");
                assert!(!step.contains(&format!("SCAN {table}\"")), "{steps:#?}");
            }
        }
    }
}

#[test]
fn a_definition_that_does_not_say_how_long_is_never_rolled_up_by_guess() {
    let mut d1 = Sqlite::d1();
    let definitions = ["{}", "no JSON", r#"{"retention": {"days": "x", "months": 1}}"#];
    for definition in definitions.iter().chain([&definition(kept(7, 1)).as_str()]) {
        d1.run(&[d1::insert_survey(Instant(0), definition)]).unwrap();
    }
    let rows = d1.select(&roll_up::list_kept(0, 40)).unwrap();
    let read: Vec<_> = rows.into_iter().map(roll_up::kept).collect();
    assert!(read[..3].iter().all(Result::is_err));
    let last = read[3].as_ref().unwrap();
    assert_eq!((last.survey, last.retention), (4, kept(7, 1)));
    assert_eq!(d1.select(&roll_up::list_kept(2, 3)).unwrap().len(), 1);
}

#[test]
fn consents_are_rolled_up_like_answers_and_read_apart_from_them() {
    let mut world = World::new(day("2024-02-10"));
    let hash = notice::hash(&texts("One."));
    let question = format!("(consent) {hash}");
    for (ago, n) in [(0, 9), (1, 5)] {
        let place = ("", "(unattributed)");
        let cohorts = vec![
            sealed(&question, place, n, &[("use_segments", 4)]),
            sealed("q", place, 6, &[("9", 6)]),
        ];
        world.happen(&Event::Batch { survey: 1, ago, cohorts });
    }
    for today in ["2024-02-10", "2024-09-01"] {
        world.today = day(today);
        world.cron(world.today, None);
        let (from, to) = (day("2024-02-01"), day("2024-02-29"));
        let read = |tables: [Statement; 2]| {
            d1::released(tables.map(|statement| world.d1.select(&statement).unwrap())).unwrap()
        };
        let consents = read(d1::select_consents(1, from, to));
        assert_eq!(consents.keys().collect::<Vec<_>>(), [&question]);
        let total = &consents[&question].total;
        assert_eq!(total.n, 14);
        let expected = ConsentCounts { n: 14, flags: [0, 8, 0, 0, 0] };
        assert_eq!(ConsentCounts::from(total), expected);
        let answers = read(d1::select_released(1, from, to, None));
        assert_eq!(answers.keys().collect::<Vec<_>>(), ["q"]);
        assert_eq!(answers["q"].total.n, 12);
    }
}
