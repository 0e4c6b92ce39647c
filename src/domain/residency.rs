//! Where a deployment keeps what it stores: anywhere, or in one jurisdiction of Cloudflare's.

/// A jurisdiction that a deployment may ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Jurisdiction {
    /// The European Union.
    Eu,
}

/// A setting that names no jurisdiction which is known here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unknown;

impl Jurisdiction {
    /// Its name, as Cloudflare knows it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Eu => "eu",
        }
    }

    /// Reads the setting: `None` where it is empty. Anything unknown is refused, since whoever set it
    /// relies on it.
    pub fn read(setting: &str) -> Result<Option<Self>, Unknown> {
        match setting {
            "" => Ok(None),
            "eu" => Ok(Some(Self::Eu)),
            _ => Err(Unknown),
        }
    }
}
