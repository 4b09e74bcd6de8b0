//! `headroom ui`

use crate::exit::Failure;
use crate::out;
use crate::reach::Place;

/// Opens the page, or prints its link.
pub async fn run(place: &Place, print: bool) -> Result<(), Failure> {
    let link = place.running().await?.ui_link().await?.url;
    if print {
        return out::text(&format!("{link}\n"));
    }
    browse(link).await.map_err(|why| {
        Failure::of(format!("no browser could be opened ({why}); `headroom ui --print` prints the link"))
    })?;
    out::message("Opened in the browser.");
    Ok(())
}

/// Opens an address in the user's browser, or says why it cannot.
pub async fn browse(address: String) -> Result<(), String> {
    let opened = tokio::task::spawn_blocking(move || open::that(address)).await;
    opened.map_err(|error| error.to_string())?.map_err(|error| error.to_string())
}
