//! Exponential smoothing of numbers that follow one another, and what it forecasts with what certainty.
//!
//! Three models with additive errors compete: ETS(A,N,N), a level (Brown 1956); ETS(A,A,N), a level and a
//! slope (Holt 1957); ETS(A,N,A), a level and a season (Winters 1960, without a slope). The library
//! estimates their constants by least squares, and gives the variance of a forecast in closed form
//! (Hyndman, Koehler, Ord and Snyder 2008, "Forecasting with Exponential Smoothing", Table 6.1), so that
//! the same numbers always give the same forecast: nothing is simulated.
//!
//! What a model begins with is not left to the library, which takes it from the first one, two or `m`
//! numbers, noise and all. It is the mean, the line or the seasonal figure of several, as Hyndman et al.
//! begin (section 2.6), and it is handed over as numbers that stand before the first: [`Form::primer`].

use u_analytics::smoothing::{
    HoltLinear, HoltWinters, Seasonality, SimpleExponentialSmoothing, SmoothingForecast,
};

use crate::domain::kpi::Ends;
use crate::domain::kpi::quantile::{LEVEL, Z, student};

/// Fewer numbers than this are not forecast: six to fit on and four to hold out.
///
/// A choice of ours. There is no such number in the literature but "more observations than parameters",
/// and in practice substantially more (Hyndman and Athanasopoulos 2021, "Forecasting: Principles and
/// Practice", section 13.7); the smallest model has two, its level and its constant.
pub const LEAST: usize = 10;
/// The most numbers that are looked at: the last ones.
pub const MOST: usize = 200;
/// Larger numbers than this are not forecast, so that no sum of squares overflows.
const LARGEST: f64 = 1e15;
/// Errors below this part of the largest number are those of arithmetic.
const ROUNDING: f64 = 1e-9;

/// The level, or the line, that a model begins with is that of so many numbers.
const FIRST: usize = 10;
/// For the library a slope must smooth a little; this much is none.
const NO_SLOPE: f64 = f64::MIN_POSITIVE;

/// Which components a model has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// A level: ETS(A,N,N).
    Level,
    /// A level and a slope: ETS(A,A,N).
    Trend,
    /// A level and a season of so many steps, at least two: ETS(A,N,A).
    Season(usize),
}

/// A model and its constants, each between 0 and 1: how much the newest number counts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Model {
    /// Its components.
    pub form: Form,
    /// For the level.
    pub alpha: f64,
    /// For the slope, where there is one.
    pub beta: Option<f64>,
    /// For the season, where there is one.
    pub gamma: Option<f64>,
}

/// A model that went over numbers.
struct Smoothed {
    /// The square of each error that it made one step before.
    squares: Vec<f64>,
    /// What it forecasts next.
    ahead: Vec<SmoothingForecast>,
}

/// A forecast of one step.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ahead {
    /// The forecast.
    pub value: f64,
    /// The interval that the number will be in with a probability of [`LEVEL`], as far as the model is
    /// right; none where it made no errors to judge by.
    pub ends: Option<Ends>,
}

impl Form {
    /// How many constants it has.
    fn constants(self) -> usize {
        match self {
            Self::Level => 1,
            Self::Trend | Self::Season(_) => 2,
        }
    }

    /// How many numbers its first state is; of a season they add up to 0.
    fn states(self) -> usize {
        match self {
            Self::Level => 1,
            Self::Trend => 2,
            Self::Season(period) => period,
        }
    }

    /// The numbers from which the library makes this first state, to stand before `ys`: the mean of the
    /// first ten; the line through them (least squares); the mean of the first season, and how much each
    /// step of a season is above the mean of its own, in the mean over all whole seasons. None where
    /// there are too few numbers.
    fn primer(self, ys: &[f64]) -> Option<Vec<f64>> {
        let first = ys.get(..FIRST.min(ys.len())).filter(|first| first.len() > 1)?;
        match self {
            Self::Level => Some(vec![mean(first)?]),
            Self::Trend => {
                let middle = (first.len() - 1) as f64 / 2.0;
                let level = mean(first)?;
                let (mut over, mut under) = (0.0, 0.0);
                for (at, y) in first.iter().enumerate() {
                    let from_middle = at as f64 - middle;
                    over += from_middle * (y - level);
                    under += from_middle * from_middle;
                }
                let slope = over / under;
                // At the two places before the first number.
                Some([2.0, 1.0].map(|before| level - slope * (middle + before)).to_vec())
            }
            Self::Season(period) => {
                let seasons: Vec<&[f64]> = ys.chunks_exact(period).collect();
                let mut figure = vec![mean(seasons.first()?)?; period];
                for season in &seasons {
                    let level = mean(season)?;
                    for (step, y) in figure.iter_mut().zip(*season) {
                        *step += (y - level) / seasons.len() as f64;
                    }
                }
                Some(figure)
            }
        }
    }
}

impl Model {
    /// The model's name in the taxonomy of Hyndman et al. 2008: error, trend, season; each `N` for none
    /// or `A` for additive.
    pub fn name(&self) -> &'static str {
        match self.form {
            Form::Level => "ETS(A,N,N)",
            Form::Trend => "ETS(A,A,N)",
            Form::Season(_) => "ETS(A,N,A)",
        }
    }

    /// How many steps its season has.
    pub fn period(&self) -> Option<usize> {
        match self.form {
            Form::Season(period) => Some(period),
            _ => None,
        }
    }

    /// The model of this form whose squared errors over `ys` are least; none of fewer than two numbers or
    /// two seasons, or where one is not finite.
    pub fn fit(form: Form, ys: &[f64]) -> Option<Self> {
        let ys = &primed(form, ys)?;
        Some(match form {
            Form::Level => {
                let alpha = SimpleExponentialSmoothing::fit(ys)?.alpha();
                Self { form, alpha, beta: None, gamma: None }
            }
            Form::Trend => {
                let holt = HoltLinear::fit(ys, None, None)?;
                Self { form, alpha: holt.alpha(), beta: Some(holt.beta()), gamma: None }
            }
            Form::Season(period) => {
                let kind = Seasonality::Additive;
                let fit = HoltWinters::fit(ys, None, Some(NO_SLOPE), None, period, kind)?;
                let fit = fit.smooth(ys)?;
                Self { form, alpha: fit.alpha, beta: None, gamma: Some(fit.gamma) }
            }
        })
    }

    /// Goes over `ys` with the constants as they are.
    fn smooth(&self, ys: &[f64], horizon: usize) -> Option<Smoothed> {
        let primed = &primed(self.form, ys)?;
        let (fitted, ahead) = match self.form {
            Form::Level => {
                let over = SimpleExponentialSmoothing::new(self.alpha)?.smooth(primed)?;
                let ahead = over.forecasts(primed, horizon, LEVEL)?;
                (over.fitted, ahead)
            }
            Form::Trend => {
                let over = HoltLinear::new(self.alpha, self.beta?)?.smooth(primed)?;
                let ahead = over.forecasts(primed, horizon, LEVEL)?;
                (over.fitted, ahead)
            }
            Form::Season(period) => {
                let kind = Seasonality::Additive;
                let model = HoltWinters::new(self.alpha, NO_SLOPE, self.gamma?, period, kind)?;
                let over = model.smooth(primed)?;
                let ahead = over.forecasts(primed, horizon, LEVEL)?;
                (over.fitted, ahead)
            }
        };
        let fitted = fitted.get(self.form.states()..)?;
        let squares = ys.iter().zip(fitted).map(|(y, f)| (y - f) * (y - f)).collect();
        Some(Smoothed { squares, ahead })
    }

    /// The model for `ys`, none of which is beyond [`LARGEST`], by the corrected information criterion of
    /// Akaike (Hurvich and Tsai 1989), AICc = n·ln(SSE/n) + 2k + 2k(k + 1)/(n − k − 1).
    ///
    /// Its k parameters are the constants, the first state and the variance of the errors. A model with a
    /// `season` of so many steps is a candidate where there are two whole ones.
    pub fn choose(ys: &[f64], season: Option<usize>) -> Option<Self> {
        let season = season.filter(|period| ys.len() >= 2 * period);
        let forms = [Some(Form::Level), Some(Form::Trend), season.map(Form::Season)];
        let candidates = forms.into_iter().flatten().filter_map(|form| {
            let model = Self::fit(form, ys)?;
            let parameters = form.constants() + form.states() + 1;
            Some((aicc(&model.smooth(ys, 1)?.squares, parameters, rounding(ys))?, model))
        });
        let least = candidates.min_by(|(one, _), (other, _)| one.total_cmp(other));
        least.map(|(_, model)| model)
    }

    /// The values alone of [`Self::ahead`].
    pub fn values(&self, ys: &[f64], horizon: usize) -> Option<Vec<f64>> {
        let ahead = self.smooth(ys, horizon)?.ahead;
        Some(ahead.into_iter().map(|step| step.mean).collect())
    }

    /// What follows `ys`.
    ///
    /// The library's interval takes all that was estimated for known. This one divides the sum of the
    /// squared errors by how many there are less how many constants and numbers of the first state, and
    /// takes Student's t with as many degrees of freedom: with few errors it is longer.
    pub fn ahead(&self, ys: &[f64], horizon: usize) -> Option<Vec<Ahead>> {
        let Smoothed { squares, ahead } = self.smooth(ys, horizon)?;
        let estimated = self.form.constants() + self.form.states();
        let freedom = squares.len().checked_sub(estimated)?;
        let longer = student(freedom as f64)
            .filter(|_| mean(&squares).is_some_and(|mean| mean > rounding(ys)))
            .map(|t| t / Z * (squares.len() as f64 / freedom as f64).sqrt());
        let each = ahead.into_iter().map(|step| {
            let half = longer.zip(step.upper).map(|(longer, upper)| longer * (upper - step.mean));
            Ahead { value: step.mean, ends: half.map(|h| [step.mean - h, step.mean + h]) }
        });
        Some(each.collect())
    }
}

/// Whether the numbers can be forecast at all: there are enough, and none is too large.
pub fn can_be(ys: &[f64]) -> bool {
    ys.len() >= LEAST && ys.iter().all(|y| y.abs() <= LARGEST)
}

/// `x`, or the end of `within` that it is beyond.
pub fn held(x: f64, within: Option<Ends>) -> f64 {
    within.map_or(x, |[low, high]| x.min(high).max(low))
}

/// The numbers with what stands before them.
fn primed(form: Form, ys: &[f64]) -> Option<Vec<f64>> {
    let mut primed = form.primer(ys)?;
    primed.extend_from_slice(ys);
    Some(primed)
}

fn mean(ys: &[f64]) -> Option<f64> {
    (!ys.is_empty()).then(|| ys.iter().sum::<f64>() / ys.len() as f64)
}

/// The square of an error that is one of arithmetic.
fn rounding(ys: &[f64]) -> f64 {
    let largest = ys.iter().fold(0.0_f64, |largest, y| largest.max(y.abs()));
    (ROUNDING * largest).powi(2)
}

/// AICc up to a constant; none where there are too few squares. Models whose errors are all of arithmetic
/// are equally good but for their parameters.
fn aicc(squares: &[f64], parameters: usize, rounding: f64) -> Option<f64> {
    let left = squares.len().checked_sub(parameters + 1).filter(|left| *left > 0)?;
    let (n, k) = (squares.len() as f64, parameters as f64);
    let variance = (squares.iter().sum::<f64>() / n).max(rounding).max(f64::MIN_POSITIVE);
    Some(n * variance.ln() + 2.0 * k + 2.0 * k * (k + 1.0) / left as f64)
}
