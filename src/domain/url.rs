//! URLs that others name for us: a page that may hold a response, an address that webhooks go to. Read
//! strictly, so that what is judged here is what the platform (the URL standard) then makes of it.

/// An absolute `https` or `http` URL (RFC 3986) that has neither user nor fragment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Url<'a> {
    /// Scheme, host and port as they stand there: `https://shop.example:8443`.
    pub origin: &'a str,
    /// The host as it stands there, an IPv6 address in its brackets.
    pub host: &'a str,
    /// The port as it stands there.
    pub port: Option<&'a str>,
    /// Whether it is `https`.
    pub secure: bool,
}

impl<'a> Url<'a> {
    /// Reads a URL in ASCII; schemes are lower case.
    pub fn read(url: &'a str) -> Option<Self> {
        if !url.bytes().all(is_allowed) {
            return None;
        }
        let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"))?;
        let authority = rest.split(['/', '?']).next()?;
        if authority.is_empty() || authority.contains('@') {
            return None;
        }
        let origin = url.get(..url.len() - rest.len() + authority.len())?;
        let (host, port) = match authority.rsplit_once(':') {
            Some((host, port)) if !port.ends_with(']') => (host, Some(port)),
            _ => (authority, None),
        };
        Some(Self { origin, host, port, secure: url.starts_with("https://") })
    }
}

/// Visible ASCII but for what RFC 3986 does not allow anywhere, and `#`.
fn is_allowed(b: u8) -> bool {
    let excluded =
        matches!(b, b'"' | b'<' | b'>' | b'\\' | b'^' | b'`' | b'{' | b'|' | b'}' | b'#');
    b.is_ascii_graphic() && !excluded
}
