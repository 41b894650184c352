//! Where a server is, for those that want to ask it.

use std::net::SocketAddr;

use lookalike::Config;
use lookalike::server::reachable;

use super::failure::Failure;

/// The address that a server with these settings is reached by on this machine. Its port is in the
/// port file, if there is one.
pub(super) fn of(config: &Config) -> Result<SocketAddr, Failure> {
    let mut address = reachable(config.listen);
    if let Some(file) = config.port_file.as_deref() {
        // Whoever names one does not mean the server that happens to be elsewhere.
        let text = std::fs::read_to_string(file).map_err(|error| {
            let file = file.display();
            Failure::start(format!(
                "the port file {file} cannot be read ({error}): is the server running?"
            ))
        })?;
        let port = text.trim().parse();
        address.set_port(
            port.map_err(|_| Failure::start(format!("the port file has no port but {text:?}")))?,
        );
    }
    if address.port() == 0 {
        let why =
            "which port the server took is not known: give --port-file or --listen as it has them";
        return Err(Failure::start(why));
    }
    Ok(address)
}
