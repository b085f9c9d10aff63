import Arguments
import Glibc
import Interface
import Node
import Primitives

/// `freehold prove`: a proof file from a running node or from a stopped one's data folder.
enum ProveCommand {
  static let row = Command(
    "prove", summary: "Write a proof of a balance, a receipt, a grant or a staking position.",
    discussion: """
      Asks the node, or with --data replays a folder that nobody serves. The proof shows that a \
      row stood in the state after a block, or what a transaction did, and that the block is in \
      the log that the operator signed. `freehold verify-proof` checks it anywhere; \
      docs/proofs.md says how to check it without this program.
      """,
    options: [
      NodeClient.option, NodeClient.authority,
      Option("data", .path, "DIR", help: "A data folder that nobody serves, instead of a node."),
      Option("out", .path, "FILE", help: "Where to write the proof; the default is the screen."),
    ],
    positionals: [
      Positional(
        "KIND", .choice(ProofSubject.kinds), help: "balance, receipt, grant or position."),
      Positional(
        "SUBJECT", .text, help: "An address, a transaction hash, a grant's id or a position."),
    ],
    example: "freehold prove balance 0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266 --out proof.json")

  static func run(_ match: Match) -> ExitCode {
    let json = match.wantsJSON
    let (kind, text) = (match.text("KIND") ?? "", match.text("SUBJECT") ?? "")
    guard let subject = ProofSubject(kind: kind, text: text) else {
      Terminal.fail(
        "'\(text)' names no \(kind): give an address or a transaction hash with 0x, or a whole "
          + "number from 1", json: json)
      return .usage
    }
    let proof: [UInt8]
    if let path = match.text("data") {
      do throws(FolderProofFailure) {
        proof = try FolderProof.make(DataFolder(path), subject) {
          Terminal.progress("replaying the journal: height \($0)")
        }
        Terminal.progressEnds()
      } catch {
        Terminal.progressEnds()
        Terminal.fail(error.text, json: json)
        if case .refused(.notFound) = error { return .notFound }
        return .failed
      }
    } else {
      do throws(ClientFailure) {
        proof = try NodeClient(match).proof(subject)
      } catch {
        Terminal.fail(error.text, json: json)
        return error.exitCode
      }
    }
    return write(proof, match.text("out"), json: json)
  }

  private static func write(_ proof: [UInt8], _ path: String?, json: Bool) -> ExitCode {
    guard let path else {
      Terminal.print(String(decoding: proof, as: UTF8.self), newline: false)
      return .success
    }
    guard let file = fopen(path, "wb") else {
      Terminal.fail("\(path): \(String(cString: strerror(errno)))", json: json)
      return .failed
    }
    let count = fwrite(proof, 1, proof.count, file)
    guard fclose(file) == 0, count == proof.count else {
      Terminal.fail("\(path) was not written whole: is there room?", json: json)
      return .failed
    }
    if json {
      Terminal.object { writer in
        writer.name("file")
        writer.string(path)
        writer.name("bytes")
        writer.number(proof.count)
      }
    } else {
      Terminal.print("\(proof.count) bytes in \(path): check them with freehold verify-proof")
    }
    return .success
  }
}
