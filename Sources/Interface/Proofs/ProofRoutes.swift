internal import Engine
internal import Primitives

/// `GET /tiles/…`, the files of the block log, and `GET /proof/KIND/SUBJECT`.
struct ProofRoutes: Sendable {
  static let tiles = "/tiles/"
  static let proof = "/proof/"

  private let log: LogAccess
  private let maker: ProofMaker

  /// Nil where the node keeps no log.
  init?(_ chain: Chain, _ log: LogAccess?, _ archive: (any BlockArchive)? = nil) {
    guard let log else { return nil }
    self.log = log
    maker = ProofMaker(chain, archive: archive, inclusion: log.inclusion)
  }

  /// What `problem` names of these routes.
  var paths: [String] {
    ["\(Self.tiles)checkpoint"] + ProofSubject.kinds.map { "\(Self.proof)\($0)/…" }
  }

  /// An answer with its status; nil where the path is of another route.
  func answer(_ path: String) -> (status: Int, response: RoutedResponse?, detail: String)? {
    if path.hasPrefix(Self.tiles) { return tile(String(path.dropFirst(Self.tiles.count))) }
    if path.hasPrefix(Self.proof) { return proof(String(path.dropFirst(Self.proof.count))) }
    return nil
  }

  private func tile(_ name: String) -> (Int, RoutedResponse?, String) {
    guard let bytes = log.file(name) else {
      return (404, nil, "The block log has no file \(name.prefix(64)).")
    }
    let isCheckpoint = name == "checkpoint"
    return (
      200,
      RoutedResponse(
        status: 200,
        contentType: isCheckpoint ? "text/plain; charset=utf-8" : "application/octet-stream",
        body: bytes,
        headers: [
          ("X-Content-Type-Options", "nosniff"),
          (
            "Cache-Control",
            isCheckpoint ? "no-cache" : "public, max-age=31536000, immutable"
          ),
        ]), ""
    )
  }

  private func proof(_ name: String) -> (Int, RoutedResponse?, String) {
    let parts = name.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 2,
      let subject = ProofSubject(kind: String(parts[0]), text: String(parts[1]))
    else {
      return (
        404, nil,
        "A proof is of balance/ADDRESS, receipt/TRANSACTION, grant/ID or position/NUMBER."
      )
    }
    do throws(ProofRefusal) {
      return (
        200,
        RoutedResponse(
          status: 200, contentType: "application/json", body: try maker.proof(of: subject),
          headers: [("X-Content-Type-Options", "nosniff"), ("Cache-Control", "no-cache")]), ""
      )
    } catch .notFound(let text) {
      return (404, nil, text)
    } catch .notYet(let text) {
      return (503, nil, text)
    } catch {
      return (500, nil, error.text)
    }
  }
}
