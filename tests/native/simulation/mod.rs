//! A simulation of a Ledger under faults: people answer, time passes, D1 fails, the object dies before
//! and after every effect, and whatever happens, the promises hold.
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

mod attacker;
mod oracle;
mod people;
mod world;
mod years;

use counterfoil::domain::ledger::Due;
use counterfoil::domain::time::{Duration, Instant};
use counterfoil::store::{Statement, Value};
use proptest::prelude::*;
use proptest::sample::select;

use people::{DAY, Event, Health, Step, steps, terms};
use world::{Failure, World};

/// 2026-03-01T07:23:45.678Z, and a midnight, on which ticks and windows then fall too.
const CREATED: [Instant; 2] = [Instant(1_772_349_825_678), Instant(1_772_323_200_000)];

fn config() -> ProptestConfig {
    ProptestConfig { failure_persistence: None, max_shrink_iters: 20_000, ..Default::default() }
}

/// Runs one step; whether it crashed on the way.
fn happen(world: &mut World, step: &Step) {
    world.crash = step.crash;
    world.meanwhile = step.meanwhile.clone();
    let outcome = perform(world, &step.event);
    match outcome {
        Err(Failure::Crash) => world.restart(),
        Err(Failure::D1) | Ok(()) => (world.crash, world.meanwhile) = (None, None),
    }
    check(world);
}

fn perform(world: &mut World, event: &Event) -> Result<(), Failure> {
    match event {
        Event::Answer(replies) => world.answer(replies)?,
        Event::Withdraw(which) => world.withdraw(which)?,
        Event::Pass(time) => pass(world, *time),
        Event::ToTick(off) => {
            let tick = world.promised_tick();
            if let Some(tick) = tick {
                pass(world, (tick.0 + off - world.now.0).max(0));
            }
        }
        Event::Ring(late) => {
            if let Some(at) = world.alarm {
                pass(world, (at.0 - world.now.0).max(0) + late);
                if let Err(failure) = world.ring() {
                    // The platform rings again after a handler that died.
                    world.alarm = Some(world.now.plus(Duration::seconds(2)));
                    return Err(failure);
                }
            }
        }
        Event::RingTwice => {
            world.ring()?;
            world.ring()?;
        }
        Event::LoseAlarm => world.alarm = None,
        Event::Wake => world.work()?,
        Event::RollUp => world.roll_up(),
        Event::Restart => world.restart(),
        Event::Health(health) => world.health = *health,
        Event::Revise(revision) => world.revise(revision)?,
        Event::Look => world.look()?,
        Event::Straggle => world.straggle(),
        Event::LoseStorage => world.lose_storage(),
    }
    Ok(())
}

fn pass(world: &mut World, time: i64) {
    world.now = Instant(world.now.0 + time);
    if time < 0 {
        world.oracle.clock_went_back(world.now);
    }
}

fn check(world: &World) {
    if let Some(ledger) = world.stored() {
        let applied = Statement::new(
            "select coalesce(max(sequence), 0) from applied where incarnation = ?1",
            [ledger.head.incarnation.as_str().into()],
        );
        let rows = world.d1.select(&applied).unwrap();
        let Value::Integer(applied) = rows[0][0] else { panic!("{rows:?}") };
        world.oracle.check(&ledger, applied);
    }
}

/// D1 is well, nothing crashes, the cron wakes the Ledger: nothing that is full stays, then nothing at
/// all.
fn come_to_rest(world: &mut World) {
    world.restart();
    world.health = Health::Well;
    world.work().unwrap();
    if let Some(tick) = world.promised_tick() {
        pass(world, (tick.0 - world.now.0).max(0));
    }
    world.work().unwrap();
    check(world);
    world.roll_up();
    let Some(ledger) = world.stored() else { return };
    assert!(matches!(ledger.due(), Due::Rest(_)), "all is told");
    assert!(ledger.batches.is_empty());
    let min_cohort = ledger.survey.release.min_cohort;
    let full = ledger.buckets.values().find(|b| b.n >= b.floor.max(min_cohort));
    assert_eq!(full, None, "what is full at a tick is sealed");
    if ledger.head.incarnation == "incarnation 1" {
        let row = world.d1.rows("select revision, definition from surveys").remove(0);
        let known = [ledger.head.revision.into(), ledger.head.definition.as_str().into()];
        assert_eq!(row, known, "D1 has the last definition");
    }
    for _ in 0..100 {
        pass(world, DAY);
        if let Some(alarm) = world.alarm {
            pass(world, (alarm.0 - world.now.0).max(0));
        }
        world.ring().unwrap();
    }
    check(world);
    let ledger = world.stored().unwrap();
    assert_eq!(ledger.due(), Due::Rest(None), "nothing is left to do");
    assert!(ledger.buckets.is_empty() && ledger.window.is_none());
    for account in ledger.accounts.values() {
        assert_eq!(account.accepted, account.released + account.withdrawn + account.expired);
    }
    for table in [
        "select count(*) from persons",
        "select count(*) from submissions",
        "select count(*) from merged",
        "select count(*) from expired",
    ] {
        assert_eq!(world.storage.count(table), 0, "promise 9: {table}");
    }
}

/// The survey is deleted: whatever crashes on the way, all of it is gone in the end.
fn forget(world: &mut World, crash: u8) {
    if world.stored().is_none() {
        return;
    }
    world.restart();
    world.crash = Some(crash);
    if world.delete() != Ok(true) {
        world.restart();
        world.health = Health::Well;
        // A deletion that was begun, and of which D1 may know already, must come to its end by itself.
        let begun = world.stored().unwrap().head.deleted;
        if begun {
            world.work().unwrap();
        } else {
            assert_eq!(world.delete(), Ok(true));
        }
    }
    world.restart();
    for table in [
        "select count(*) from window",
        "select count(*) from persons",
        "select count(*) from submissions",
        "select count(*) from buckets",
        "select count(*) from merged",
        "select count(*) from expired",
        "select count(*) from accounts",
        "select count(*) from batches",
    ] {
        assert_eq!(world.storage.count(table), 0, "{table}");
    }
    for table in [
        "select count(*) from surveys",
        "select count(*) from cohorts",
        "select count(*) from months",
        "select count(*) from notices",
        "select count(*) from applied",
    ] {
        assert_eq!(world.d1.count(table), 0, "{table}");
    }
    world.straggle();
    assert_eq!(world.d1.count("select count(*) from cohorts"), 0, "a straggler finds no survey");
    let ledger = world.stored().unwrap();
    assert!(ledger.head.deleted && ledger.head.definition.is_empty(), "a tombstone is left");
    assert_eq!(ledger.due(), Due::Rest(None));
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn the_promises_hold_whatever_happens(
        created in select(&CREATED),
        terms in terms(),
        steps in steps(),
        delete in prop::option::of(0_u8..14),
    ) {
        let mut world = World::new(&terms, created);
        steps.iter().for_each(|step| happen(&mut world, step));
        match delete {
            Some(crash) => forget(&mut world, crash),
            None => come_to_rest(&mut world),
        }
        world.oracle.attacker.promise_4_no_combination_isolates_fewer_than_min_cohort();
    }
}
