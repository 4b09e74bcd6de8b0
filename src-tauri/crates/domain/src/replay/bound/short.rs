//! The best starts of one window, knowing the future: exact on a grid.

use super::super::trace::{Request, Trace};
use jiff::{SignedDuration, Timestamp};

/// Between two moments at which a warmup may start.
const STEP: i64 = 15_000;

/// One window and the requests it may serve; times in milliseconds from the trace's start.
pub(super) struct Short<'a> {
    start: Timestamp,
    /// No warmup at or after it.
    last: i64,
    length: i64,
    capacity: f64,
    times: Vec<i64>,
    requests: &'a [Request],
    /// Best from each step on, the window idle at it.
    steps: Vec<f64>,
    /// Best from each request on, where the request itself starts the window.
    natural: Vec<f64>,
}

/// A plan with what it serves.
pub(super) struct Plan {
    /// What it serves.
    pub served: f64,
    /// When it warms.
    pub starts: Vec<Timestamp>,
    /// What it takes of each request.
    pub taken: Vec<f64>,
}

impl<'a> Short<'a> {
    pub(super) fn new(trace: &Trace, requests: &'a [Request], length: SignedDuration, capacity: f64) -> Self {
        let millis = |at: Timestamp| at.as_millisecond() - trace.start.as_millisecond();
        let times: Vec<i64> = requests.iter().map(|r| millis(r.at)).collect();
        let last = millis(trace.end);
        let count = usize::try_from(last.max(0) / STEP + 2).unwrap_or(2);
        let length = i64::try_from(length.as_millis()).unwrap_or(i64::MAX);
        let natural = vec![0.0; times.len()];
        let steps = vec![0.0; count];
        Self { start: trace.start, last, length, capacity, times, requests, steps, natural }
    }

    /// The first request at or after `at`.
    fn first(&self, at: i64) -> usize {
        self.times.partition_point(|&t| t < at)
    }

    /// What a window that runs from `from` serves, as the service does: whatever fits, in order.
    fn window(&self, from: i64, mut taken: impl FnMut(usize, f64)) -> f64 {
        let mut left = self.capacity;
        let first = self.first(from);
        for (at, (&time, request)) in self.times.iter().zip(self.requests).enumerate().skip(first) {
            if time >= from.saturating_add(self.length) {
                break;
            }
            if request.cost <= left + 1e-9 {
                left -= request.cost;
                taken(at, request.cost);
            }
        }
        self.capacity - left
    }

    /// The best from `at` on, the window idle.
    fn from(&self, at: i64) -> f64 {
        match self.next(at) {
            Next::Request(i) => self.natural.get(i).copied().unwrap_or(0.0),
            Next::Step(s) => self.steps.get(s).copied().unwrap_or(0.0),
            Next::Nothing => 0.0,
        }
    }

    /// What can happen first at or after `at`: a request, or a step of the grid (first on a tie).
    fn next(&self, at: i64) -> Next {
        let request = self.first(at);
        let step = at.max(0).saturating_add(STEP - 1) / STEP;
        let grid = (step * STEP < self.last).then_some(step * STEP);
        match (self.times.get(request), grid) {
            (None, _) => Next::Nothing,
            (Some(&time), Some(grid)) if grid <= time => Next::Step(usize::try_from(step).unwrap_or(0)),
            (Some(_), _) => Next::Request(request),
        }
    }

    /// Works backwards through all moments, then forwards along the best.
    pub(super) fn plan(mut self) -> Plan {
        let mut request = self.times.len();
        // Neighbouring steps see the same requests: then the window serves the same.
        let mut known: Option<((usize, usize), f64)> = None;
        for step in (0..self.steps.len()).rev() {
            let at = i64::try_from(step).unwrap_or(0) * STEP;
            while let Some(before) = request.checked_sub(1).filter(|&r| self.times[r] >= at) {
                request = before;
                let time = self.times[request];
                self.natural[request] =
                    self.window(time, |_, _| ()) + self.from(time.saturating_add(self.length));
            }
            if at >= self.last {
                self.steps[step] = self.natural.get(request).copied().unwrap_or(0.0);
                continue;
            }
            let span = (request, self.first(at.saturating_add(self.length)));
            let serves = match known {
                Some((same, serves)) if same == span => serves,
                _ => self.window(at, |_, _| ()),
            };
            known = Some((span, serves));
            let warm = serves + self.from(at.saturating_add(self.length));
            self.steps[step] = warm.max(self.from(at + 1));
        }
        while let Some(before) = request.checked_sub(1) {
            request = before;
            let time = self.times[request];
            self.natural[request] =
                self.window(time, |_, _| ()) + self.from(time.saturating_add(self.length));
        }
        self.along()
    }

    fn along(&self) -> Plan {
        let mut plan = Plan { served: 0.0, starts: Vec::new(), taken: vec![0.0; self.times.len()] };
        let mut at = self.times.first().copied().unwrap_or(0).min(0);
        loop {
            let from = match self.next(at) {
                Next::Nothing => return plan,
                Next::Request(i) => self.times[i],
                Next::Step(s) => {
                    let step = i64::try_from(s).unwrap_or(0) * STEP;
                    if self.steps[s] <= self.from(step + 1) {
                        at = step + 1;
                        continue;
                    }
                    plan.starts.push(self.start + SignedDuration::from_millis(step));
                    step
                }
            };
            let taken = &mut plan.taken;
            plan.served += self.window(from, |i, cost| taken[i] = cost);
            at = from.saturating_add(self.length);
        }
    }
}

enum Next {
    Request(usize),
    Step(usize),
    Nothing,
}
