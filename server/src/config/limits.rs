//! How much of everything there may be, so that a flood is shed.

use super::read::Reader;
use postern_domain::limit::Rates;
use std::time::Duration;

/// The settings of [`crate::limit`]. By default an office of two hundred people behind one address meets none of them.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Requests a minute, which is also how many may come at once (`POSTERN_LIMIT_SIGN_IN`, `…_RENEW`, `…_PAGE`,
    /// `…_WEBHOOK`, `…_LIVE` and `…_CALL` by address, `…_COOKIE`, `…_SESSION`, `…_WORKSPACE`).
    pub rates: Rates,
    /// Connections that are open at once, 10,000 by default (`POSTERN_CONNECTIONS`).
    pub connections: usize,
    /// Those of one address that is no proxy's, 2,000 by default (`POSTERN_CONNECTIONS_PER_ADDRESS`). It holds for the
    /// open sockets of one address behind a proxy as well.
    pub connections_per_address: usize,
    /// Requests that run at once, 2,048 by default (`POSTERN_REQUESTS`).
    pub requests: usize,
    /// Sockets that one session may have open, 32 by default (`POSTERN_SOCKETS_PER_SESSION`).
    pub sockets_per_session: usize,
    /// For a whole request, 20 s by default (`POSTERN_REQUEST_SECONDS`).
    pub request_time: Duration,
    /// For its body to come, 10 s by default (`POSTERN_BODY_SECONDS`).
    pub body_time: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            rates: Rates::default(),
            connections: 10_000,
            connections_per_address: 2_000,
            requests: 2_048,
            sockets_per_session: 32,
            request_time: Duration::from_secs(20),
            body_time: Duration::from_secs(10),
        }
    }
}

impl Limits {
    pub(super) fn read(reader: &mut Reader) -> Self {
        const MOST: u32 = 10_000_000;
        let usual = Self::default();
        let rates = usual.rates;
        let mut rate = |setting, usual| reader.number(setting, 1, MOST, usual);
        let rates = Rates {
            sign_in: rate("limit_sign_in", rates.sign_in),
            renew: rate("limit_renew", rates.renew),
            cookie: rate("limit_cookie", rates.cookie),
            page: rate("limit_page", rates.page),
            webhook: rate("limit_webhook", rates.webhook),
            live: rate("limit_live", rates.live),
            call: rate("limit_call", rates.call),
            session: rate("limit_session", rates.session),
            workspace: rate("limit_workspace", rates.workspace),
        };
        let mut count = |setting, usual| reader.number(setting, 1, 1_000_000, usual);
        let connections = count("connections", usual.connections);
        let connections_per_address =
            count("connections_per_address", usual.connections_per_address);
        let requests = count("requests", usual.requests);
        let sockets_per_session = count("sockets_per_session", usual.sockets_per_session);
        let mut seconds = |setting, usual: Duration| {
            Duration::from_secs(reader.number(setting, 1, 3600, usual.as_secs()))
        };
        Self {
            rates,
            connections,
            connections_per_address,
            requests,
            sockets_per_session,
            request_time: seconds("request_seconds", usual.request_time),
            body_time: seconds("body_seconds", usual.body_time),
        }
    }
}
