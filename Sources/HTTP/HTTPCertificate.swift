internal import CGnuTLS
internal import Glibc
internal import Synchronization

/// Why a certificate cannot be used.
public struct HTTPCertificateFailure: Error, Equatable, CustomStringConvertible {
  /// What is wrong and how to repair it.
  public let description: String

  public init(_ description: String) { self.description = description }
}

/// A server's certificate with its chain, and the key that belongs to it.
public final class HTTPCertificate: @unchecked Sendable {
  // Unchecked: written by `init` alone; GnuTLS only reads them.
  fileprivate let chain: UnsafeMutablePointer<gnutls_pcert_st>
  fileprivate let count: UInt32
  fileprivate let key: gnutls_privkey_t
  private static let longestChain: UInt32 = 8

  /// - Parameters:
  ///   - certificate: PEM: the server's own certificate first, then those that lead to a root.
  ///   - key: PEM, without a password.
  public init(certificate: [UInt8], key: [UInt8]) throws(HTTPCertificateFailure) {
    try Self.check(certificate, key)
    let chain = UnsafeMutablePointer<gnutls_pcert_st>.allocate(capacity: Int(Self.longestChain))
    var count = Self.longestChain
    var code = certificate.withDatum {
      gnutls_pcert_list_import_x509_raw(chain, &count, &$0, GNUTLS_X509_FMT_PEM, 0)
    }
    guard code >= 0 else {
      chain.deallocate()
      throw HTTPCertificateFailure(
        "the certificate cannot be read: \(Self.words(code)): give at most"
          + " \(Self.longestChain) certificates as PEM")
    }
    var made: gnutls_privkey_t?
    code = gnutls_privkey_init(&made)
    if code >= 0 {
      code = key.withDatum {
        gnutls_privkey_import_x509_raw(made, &$0, GNUTLS_X509_FMT_PEM, nil, 0)
      }
    }
    guard code >= 0, let made else {
      chain.deallocate()
      throw HTTPCertificateFailure("the key cannot be read: \(Self.words(code))")
    }
    self.chain = chain
    self.count = count
    self.key = made
  }

  deinit {
    for place in 0..<Int(count) { gnutls_pcert_deinit(chain + place) }
    chain.deallocate()
    gnutls_privkey_deinit(key)
  }

  /// That both can be read and belong together.
  private static func check(
    _ certificate: [UInt8], _ key: [UInt8]
  ) throws(HTTPCertificateFailure) {
    var credentials: gnutls_certificate_credentials_t?
    guard gnutls_certificate_allocate_credentials(&credentials) >= 0 else {
      throw HTTPCertificateFailure("no memory for a certificate")
    }
    defer { gnutls_certificate_free_credentials(credentials) }
    let code = certificate.withDatum { certificate in
      key.withDatum {
        gnutls_certificate_set_x509_key_mem2(
          credentials, &certificate, &$0, GNUTLS_X509_FMT_PEM, nil, 0)
      }
    }
    if code < 0 {
      throw HTTPCertificateFailure(
        "certificate and key cannot be used together: \(words(code)): give the"
          + " certificate and its own key, both as PEM and the key without a password")
    }
  }

  private static func words(_ code: Int32) -> String { tlsText(code) }
}

/// GnuTLS's words for one of its codes.
func tlsText(_ code: Int32) -> String {
  gnutls_strerror(code).map { String(cString: $0) } ?? "error \(code)"
}

extension [UInt8] {
  fileprivate func withDatum<Result>(_ body: (inout gnutls_datum_t) -> Result) -> Result {
    withUnsafeBytes { bytes in
      // GnuTLS reads only, whatever its signature says.
      let start = UnsafeMutableRawPointer(mutating: bytes.baseAddress)
      var datum = gnutls_datum_t(
        data: start?.assumingMemoryBound(to: UInt8.self), size: UInt32(bytes.count))
      return body(&datum)
    }
  }
}

/// The certificates of all servers of this process, by port: the library's callback for them knows
/// nothing but the connection.
enum ServedCertificates {
  /// The last one is shown; earlier ones stay, for a handshake may still be reading them.
  private static let served = Mutex<[UInt16: [HTTPCertificate]]>([:])

  /// TLS 1.2 and 1.3 without what is known to be weak.
  static let priorities = "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2:%SERVER_PRECEDENCE"

  static func show(_ certificate: HTTPCertificate, on port: UInt16) {
    served.withLock { $0[port, default: []].append(certificate) }
  }

  static func forget(_ port: UInt16) { served.withLock { $0[port] = nil } }

  fileprivate static func current(_ port: UInt16) -> HTTPCertificate? {
    served.withLock { $0[port]?.last }
  }

  /// What libmicrohttpd hands to GnuTLS.
  static var callback: @convention(c) () -> Void {
    let function: Retrieval = retrieveCertificate
    return unsafeBitCast(function, to: (@convention(c) () -> Void).self)
  }
}

/// GnuTLS's `gnutls_certificate_retrieve_function2`, as a pointer.
private typealias Retrieval =
  @convention(c) (
    gnutls_session_t?, UnsafePointer<gnutls_datum_t>?, Int32,
    UnsafePointer<gnutls_pk_algorithm_t>?, Int32,
    UnsafeMutablePointer<UnsafeMutablePointer<gnutls_pcert_st>?>?, UnsafeMutablePointer<UInt32>?,
    UnsafeMutablePointer<gnutls_privkey_t?>?
  ) -> Int32

private func retrieveCertificate(
  _ session: gnutls_session_t?, _ authorities: UnsafePointer<gnutls_datum_t>?, _ count: Int32,
  _ algorithms: UnsafePointer<gnutls_pk_algorithm_t>?, _ algorithmCount: Int32,
  _ chain: UnsafeMutablePointer<UnsafeMutablePointer<gnutls_pcert_st>?>?,
  _ chainCount: UnsafeMutablePointer<UInt32>?, _ key: UnsafeMutablePointer<gnutls_privkey_t?>?
) -> Int32 {
  var address = sockaddr_in6()
  var length = socklen_t(MemoryLayout<sockaddr_in6>.size)
  let code = withUnsafeMutablePointer(to: &address) {
    $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
      getsockname(gnutls_transport_get_int(session), $0, &length)
    }
  }
  // The port stands at the same place in both families.
  guard code == 0,
    let certificate = ServedCertificates.current(UInt16(bigEndian: address.sin6_port))
  else { return -1 }
  chain?.pointee = certificate.chain
  chainCount?.pointee = certificate.count
  key?.pointee = certificate.key
  return 0
}
