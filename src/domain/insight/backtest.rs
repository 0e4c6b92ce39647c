//! Backtests: whether smoothing would have forecast numbers that it had not seen better than by telling
//! the last one again.

use super::smoothing::{Model, held};
use crate::domain::kpi::Ends;

/// The fewest and the most numbers that are held out for a backtest.
const HELD_OUT: (usize, usize) = (4, 26);
/// How a model that was chosen and fitted without the last numbers forecast them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Backtest {
    /// That model.
    pub model: Model,
    /// How many numbers were held out.
    pub held_out: usize,
    /// Its mean absolute error.
    pub error: f64,
    /// That of forecasting the last number known.
    pub last_value: f64,
}

impl Backtest {
    /// Holds out the last quarter of `ys`, at least four and at most 26; fewer where two whole seasons
    /// would not be left otherwise. A model is chosen and fitted on the rest alone. Then it goes on
    /// through what was held out, its constants as they are, and at each number it forecasts up to
    /// `horizon` of the next. Each error is held against that of the last number known by then.
    ///
    /// Forecasting from each origin in turn: Tashman 2000, "Out-of-sample tests of forecasting accuracy"
    /// (International Journal of Forecasting 16). Forecasts are held `within` the least and the largest
    /// number that there can be.
    pub fn new(
        ys: &[f64],
        season: Option<usize>,
        horizon: usize,
        within: Option<Ends>,
    ) -> Option<Self> {
        let (least, most) = HELD_OUT;
        let quarter = (ys.len() / 4).clamp(least, most);
        let spared = season.and_then(|period| ys.len().checked_sub(2 * period));
        let held_out = spared.filter(|spared| *spared >= least).unwrap_or(most).min(quarter);
        let first = ys.len().checked_sub(held_out)?;
        let model = Model::choose(ys.get(..first)?, season)?;
        let (mut error, mut last_value, mut count) = (0.0, 0.0, 0_usize);
        for origin in first..ys.len() {
            let (known, next) = ys.split_at_checked(origin)?;
            let last = known.last()?;
            let ahead = model.values(known, horizon.min(next.len()))?;
            for (y, value) in next.iter().zip(ahead) {
                error += (y - held(value, within)).abs();
                last_value += (y - last).abs();
                count += 1;
            }
        }
        let mean = |sum: f64| (count > 0).then(|| sum / count as f64);
        Some(Self { model, held_out, error: mean(error)?, last_value: mean(last_value)? })
    }

    /// Whether the model's error was the smaller one.
    pub fn beats_last_value(&self) -> bool {
        self.error < self.last_value
    }
}
