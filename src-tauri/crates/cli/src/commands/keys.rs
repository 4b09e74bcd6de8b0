//! `headroom keys`

use crate::args::{KeyAction, Keys};
use crate::exit::Failure;
use crate::out;
use crate::reach::Place;
use crate::show::{self, Look};
use engine::view::dto::{KeyArgs, KeyChangeArgs, KeyCreateArgs};

/// Lists client keys, makes one, changes one or revokes one.
pub async fn run(place: &Place, args: Keys) -> Result<(), Failure> {
    let json = args.json;
    match args.action.unwrap_or(KeyAction::List) {
        KeyAction::List => {
            let keys = place.with_engine(async |engine| Ok(engine.keys_list().await?)).await?;
            if json { out::json(&keys) } else { out::text(&show::keys(&keys, &Look::of_terminal())) }
        }
        KeyAction::Create { name, models, daily_cap } => {
            let request = KeyCreateArgs { name, models, daily_cap };
            let made = place.with_engine(async |engine| Ok(engine.key_create(request).await?)).await?;
            if json {
                return out::json(&made);
            }
            out::text(&format!("{}\n", made.secret))?;
            out::message("This is the only time the key is shown; Headroom keeps no copy of it.");
            Ok(())
        }
        KeyAction::Change { name, rename, models, daily_cap } => {
            let request = KeyChangeArgs { key: name, name: rename, models, daily_cap };
            let key = place.with_engine(async |engine| Ok(engine.key_change(request).await?)).await?;
            if json { out::json(&key) } else { out::text(&show::changed(&key)) }
        }
        KeyAction::Revoke { name } => {
            let request = KeyArgs { key: name };
            let key = place.with_engine(async |engine| Ok(engine.key_revoke(request).await?)).await?;
            if json { out::json(&key) } else { out::text(&show::revoked(&key)) }
        }
    }
}
