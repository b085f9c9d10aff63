internal import Glibc
internal import HTTP
internal import Storage

/// Where a node's certificate and its key lie.
public struct CertificateFiles: Sendable {
  /// PEM: the node's certificate, then those that lead to a root.
  public let certificate: String
  /// PEM, without a password; readable by its owner alone.
  public let key: String

  public init(certificate: String, key: String) {
    self.certificate = certificate
    self.key = key
  }

  /// Reads both. Throws where one cannot be read, others can read the key, or they do not belong
  /// together.
  func load() throws(DataFolderFailure) -> HTTPCertificate {
    var status = stat()
    guard stat(key, &status) == 0 else {
      throw DataFolderFailure("\(key): \(String(cString: strerror(errno))): give the key's file")
    }
    guard status.st_mode & 0o077 == 0 else {
      let mode = String(status.st_mode & 0o777, radix: 8)
      throw DataFolderFailure(
        "\(key): others can read or change this key (mode 0\(mode)): chmod 600 \(key)")
    }
    do throws(HTTPCertificateFailure) {
      return try HTTPCertificate(
        certificate: try Self.read(certificate), key: try Self.read(key))
    } catch {
      throw DataFolderFailure("\(certificate), \(key): \(error.description)")
    }
  }

  private static func read(_ path: String) throws(HTTPCertificateFailure) -> [UInt8] {
    let parts = path.split(separator: "/", omittingEmptySubsequences: false)
    let folder = parts.count == 1 ? "." : parts.dropLast().joined(separator: "/") + "/"
    do throws(StorageFailure) {
      return try RealDisk(folder: folder).readWhole(String(parts.last ?? ""), limit: 1 << 20)
    } catch {
      throw HTTPCertificateFailure(error.description)
    }
  }
}
