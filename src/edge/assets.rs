//! Reads static files from the platform's assets.

use worker::Env;

use crate::http::asset::Asset;
use crate::http::reply::Reply;

use super::config::ASSETS;
use super::{Failure, Outcome};

/// Replies with a file, under our own headers: those of the assets are left behind.
pub async fn read(env: &Env, asset: &Asset) -> Outcome {
    // The binding wants a whole URL, and looks at nothing but its path.
    let url = format!("https://assets{}", asset.path);
    let found = env.assets(ASSETS)?.fetch(url, None).await;
    let mut found = found.map_err(|error| Failure::Unavailable(error.to_string()))?;
    match found.status_code() {
        200 => Ok(Reply::new(200, asset.media_type, found.text().await?)),
        404 => Err(Failure::Fault(format!("there is no asset {}", asset.path))),
        status => Err(Failure::Unavailable(format!("the assets replied {status}"))),
    }
}
