//! Two years of a survey, day after day: people come and go, the object sleeps, alarms are lost, D1 is ill
//! for a week, the cron does not run for a month. Nothing overdue remains, and every sum is kept.

use counterfoil::domain::retention::Retention;
use counterfoil::domain::time::{Duration, Instant};
use counterfoil::store::{Statement, Value};
use proptest::sample::Index;

use super::people::{DAY, Event, HOUR, Health, MONTH, Reply, Terms};
use super::world::World;
use super::{CREATED, check, come_to_rest, perform};
use crate::numbers::Numbers;

const EVERY: i64 = 6 * HOUR;

fn terms() -> Terms {
    Terms {
        min_cohort: 5,
        every: "6h",
        patience: "2d",
        window: "30d",
        retention: Retention { days: 30, months: 2 },
        questions: 3,
        dimensions: 1,
        rescaled: false,
    }
}

fn index(numbers: &mut Numbers) -> Index {
    // Proptest makes an index of any number; this one is among the last few.
    let source = numbers.next().to_le_bytes();
    let mut runner = proptest::test_runner::TestRunner::new_with_rng(
        proptest::test_runner::Config::default(),
        proptest::test_runner::TestRng::from_seed(
            proptest::test_runner::RngAlgorithm::XorShift,
            &[source, source].concat(),
        ),
    );
    use proptest::strategy::{Strategy, ValueTree};
    proptest::prelude::any::<Index>().new_tree(&mut runner).unwrap().current()
}

fn reply(numbers: &mut Numbers) -> Reply {
    Reply {
        again: (numbers.below(12) == 0).then(|| index(numbers)),
        person: (numbers.below(3) > 0).then(|| numbers.below(40) as u8),
        questions: 1 + numbers.below(3) as u8,
        segments: (numbers.below(5) > 0).then(|| (numbers.below(4) as u8, numbers.below(4) as u8)),
        stale: false,
    }
}

/// One day, at the end of which `now` is.
fn live(world: &mut World, numbers: &mut Numbers, visitors: u64, end: Instant) {
    for _ in 0..visitors {
        let together = (0..1 + numbers.below(3)).map(|_| reply(numbers)).collect();
        let _ill = perform(world, &Event::Answer(together));
        if numbers.below(6) == 0 {
            let _ill = perform(world, &Event::Withdraw(index(numbers)));
        }
        let left = (end.0 - world.now.0 - 1).max(1) as u64;
        let until = world.now.plus(Duration(numbers.below(left.div_ceil(visitors)) as i64));
        ring_until(world, until);
    }
    ring_until(world, end);
}

/// Alarms ring in time.
fn ring_until(world: &mut World, until: Instant) {
    while let Some(at) = world.alarm.filter(|at| *at <= until) {
        let _ill = perform(world, &Event::Ring(0));
        assert!(world.alarm != Some(at), "an alarm rings once");
    }
    world.now = world.now.max(until);
}

/// What is stored where it has no business any more.
fn overdue(world: &World) -> Vec<String> {
    let now = world.now;
    let month_ago = now.minus(MONTH).0;
    let found = |what: &str, sql: &'static str, at: i64| {
        let rows = world.storage.select(&Statement::new(sql, [Value::Integer(at)])).unwrap();
        (!rows.is_empty()).then(|| format!("{what}: {}", rows.len()))
    };
    let all = [
        found("a window", "select 1 from window where ends <= ?1", now.0),
        found("persons", "select 1 from persons where window <= ?1", now.0),
        found("buckets", "select 1 from buckets where oldest < ?1", month_ago - EVERY),
        found("submissions", "select 1 from submissions where tick < ?1", month_ago - DAY),
        found("fates", "select 1 from expired where tick < ?1", month_ago - DAY),
        found(
            "keys",
            "select 1 from merged where target not in (select id from buckets) or ?1 is null",
            0,
        ),
    ];
    all.into_iter().flatten().collect()
}

#[test]
fn promise_9_over_two_years_nothing_overdue_remains_and_every_sum_is_kept() {
    let numbers = &mut Numbers(2026);
    let mut world = World::new(&terms(), CREATED[0]);
    let midnight = Instant(CREATED[0].0.div_euclid(DAY) * DAY);
    for day in 1..=730 {
        // Three quiet weeks now and then; a week in which D1 is ill; a month in which the cron fails.
        let visitors = if day % 120 > 99 { 0 } else { numbers.below(4) };
        world.health = if day % 150 < 7 { Health::Refuses } else { Health::Well };
        match numbers.below(30) {
            0 => world.alarm = None,
            1..8 => world.restart(),
            _ => {}
        }
        live(&mut world, numbers, visitors, midnight.plus(Duration(day * DAY)));
        if day % 200 > 30 && day % 3 == 0 {
            let _ill = perform(&mut world, &Event::Wake);
            let _ill = perform(&mut world, &Event::RollUp);
            assert_eq!(overdue(&world), [""; 0], "day {day}");
        }
        check(&world);
        if day % 10 == 0 {
            let _ill = perform(&mut world, &Event::Look);
        }
    }
    // It was a life with all that there is: every kind of end has come to many.
    let accounts = world.stored().unwrap().accounts;
    let total = |of: fn(&counterfoil::domain::account::Account) -> u64| -> u64 {
        accounts.values().map(of).sum()
    };
    let (released, forgotten) = world.oracle.released_and_forgotten();
    let withdrawn = total(|account| account.withdrawn);
    let counts = (released, forgotten, withdrawn, total(|account| account.expired));
    assert!(counts.0 > 200 && counts.1 > 2_000 && counts.2 > 100, "{counts:?}");
    assert_eq!(total(|account| account.released), released + forgotten);
    assert!(world.d1.count("select count(*) from months") > 0);
    come_to_rest(&mut world);
    world.oracle.attacker.promise_4_no_combination_isolates_fewer_than_min_cohort();
}
