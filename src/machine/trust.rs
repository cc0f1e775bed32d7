//! `ca_certificates: host`: machines that trust what the host trusts, for networks that intercept TLS.

/// Where the host keeps its bundle, in the order of trying.
pub(super) const HOST_BUNDLES: [&str; 3] =
    ["/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem"];

/// The bundle in a machine: at a path of its own, so that no package overwrites it.
pub(super) const BUNDLE: &str = "/etc/ssl/guidepost/ca-certificates.crt";

/// Copies for programs that look at no variable (`sudo` drops them): Debian's bundle, and a source from which
/// `update-ca-certificates` makes that bundle anew when a guide installs `ca-certificates`.
pub(super) const COPIES: [&str; 3] =
    [BUNDLE, "/etc/ssl/certs/ca-certificates.crt", "/usr/local/share/ca-certificates/guidepost-host.crt"];

/// Variables by which programs find the bundle.
pub(super) const VARIABLES: [&str; 7] = [
    "SSL_CERT_FILE",
    "NODE_EXTRA_CA_CERTS",
    "REQUESTS_CA_BUNDLE",
    "CURL_CA_BUNDLE",
    "PIP_CERT",
    "GIT_SSL_CAINFO",
    "NIX_SSL_CERT_FILE",
];

/// The host's bundle; `None` if there is none, and then nothing is intercepted that programs on the host could use either.
pub(super) fn host_bundle() -> Option<Vec<u8>> {
    HOST_BUNDLES.iter().find_map(|path| std::fs::read(path).ok())
}
