//! Meta's Graph API, as far as Postern speaks it.

use secrecy::SecretString;
use url::Url;

/// How the installation is known to Meta, and the way there. Cheap to clone.
#[derive(Clone)]
pub struct Meta {
    /// Base of the Graph API with its version, e.g. `https://graph.facebook.com/v24.0`.
    pub graph: Url,
    /// App secret of the installation's own Meta app; none when every channel brings its own.
    pub app_secret: Option<SecretString>,
    /// Verify token of the installation's callback.
    pub verify_token: Option<SecretString>,
    /// For Graph alone: its time-outs are set, redirects and proxies are off.
    pub http: reqwest::Client,
}
