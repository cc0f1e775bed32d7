//! Removal of a machine's parts, in good order or at the last moment.

use bollard::{
    models::NetworkDisconnectRequest,
    query_parameters::{InspectNetworkOptions, RemoveContainerOptionsBuilder, RemoveVolumeOptionsBuilder},
};
use std::time::Duration;

use crate::machine::{
    engine::Engine,
    error::{Error, Result},
};

/// Answers for the parts of one machine, from before the first is made.
#[derive(Debug)]
pub(in crate::machine) struct Guard {
    engine: Engine,
    resource: String,
    armed: bool,
}

impl Guard {
    pub(in crate::machine) fn new(engine: Engine, resource: String) -> Self {
        Self { engine, resource, armed: true }
    }

    /// Removes what there is of container, network and volume.
    pub(in crate::machine) async fn remove(&mut self) -> Result<()> {
        let result = remove_named(&self.engine, &self.resource).await;
        if result.is_ok() {
            self.armed = false;
        }
        result
    }

    /// What they are called.
    pub(super) fn resource(&self) -> &str {
        &self.resource
    }

    pub(super) fn disarm(&mut self) {
        self.armed = false;
    }
}

impl Drop for Guard {
    /// Best effort, where nothing can be awaited. The runtime that held the connections may be ending, so a thread with a
    /// runtime of its own does it, and is waited for: whoever exits right after has then left nothing behind.
    fn drop(&mut self) {
        if !self.armed {
            return;
        }
        let (engine, resource) = (self.engine.clone(), self.resource.clone());
        let removal = std::thread::spawn(move || {
            let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build() else { return };
            runtime.block_on(async {
                let Ok(engine) = engine.reconnected() else { return };
                // A request that was given up on the way may still be carried out: look a second time.
                for pause in [0, 300] {
                    tokio::time::sleep(Duration::from_millis(pause)).await;
                    let removal = remove_named(&engine, &resource);
                    let _ = tokio::time::timeout(Duration::from_secs(20), removal).await;
                }
            });
        });
        let _ = removal.join();
    }
}

/// Removes container, network and volume of a name. What is not there is no error.
pub(super) async fn remove_named(engine: &Engine, resource: &str) -> Result<()> {
    // Each is tried, whatever became of the one before.
    let container = remove_container(engine, resource).await;
    let network = remove_network(engine, resource).await;
    let volume = remove_volume(engine, resource).await;
    container.and(network).and(volume)
}

/// Kills and removes a container with its unnamed volumes.
pub(in crate::machine) async fn remove_container(engine: &Engine, name: &str) -> Result<()> {
    again(async || {
        let options = RemoveContainerOptionsBuilder::new().force(true).v(true).build();
        Ok(engine.docker().remove_container(name, Some(options)).await?)
    })
    .await
}

/// Removes a network. What other containers serve there goes on elsewhere.
pub(in crate::machine) async fn remove_network(engine: &Engine, name: &str) -> Result<()> {
    let found = engine.docker().inspect_network(name, None::<InspectNetworkOptions>).await;
    for container in found.into_iter().flat_map(|network| network.containers.unwrap_or_default().into_keys()) {
        let request = NetworkDisconnectRequest { container, force: Some(true) };
        // If it is still there, the network cannot be removed, which says so.
        let _ = engine.docker().disconnect_network(name, request).await;
    }
    again(async || Ok(engine.docker().remove_network(name).await?)).await
}

/// Removes a volume.
pub(in crate::machine) async fn remove_volume(engine: &Engine, name: &str) -> Result<()> {
    again(async || {
        let options = RemoveVolumeOptionsBuilder::new().force(true).build();
        Ok(engine.docker().remove_volume(name, Some(options)).await?)
    })
    .await
}

/// Until it is gone: an engine may refuse for a moment what is still being taken apart.
async fn again(remove: impl AsyncFn() -> Result<()>) -> Result<()> {
    for attempt in 1.. {
        match remove().await {
            Ok(()) => break,
            Err(e) if e.is_not_found() => break,
            Err(Error::Refused { status: 403 | 409 | 500, .. }) if attempt < 10 => {
                tokio::time::sleep(Duration::from_millis(100 * attempt)).await;
            }
            Err(e) => return Err(e),
        }
    }
    Ok(())
}
