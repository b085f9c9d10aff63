import Cryptography
import Engine
import Interface
import Primitives
import Simulation

/// What others hand over as proof: documents, signed notes, keys, tiles.
enum ProofTargets {
  static let all = [proof, note, tile]

  private static let proof = Target(
    "proof", "a proof document: only genuine ones are believed", limit: 16_384,
    seeds: { Genuine.proofs },
    words: { bytes("\"left\"", "\"right\"", "[]", "{}", "\"rows\"", "\"receipt\"", "0x", "\\n") },
    run: { input in
      do throws(ProofFault) {
        let verdict = try ProofCheck.verify(input)
        if verdict.claim.isEmpty { return .broken("a proof of nothing") }
        // Nobody can forge one here: what is believed was made by the product.
        return .unless(!Genuine.proofs.contains(input), "a forged proof is believed")
      } catch {
        return error.text.isEmpty ? .broken("a refusal says nothing") : .refused
      }
    })

  /// What to read it as, then the bytes.
  private static let note = Target(
    "note", "signed notes, their keys, checkpoints of logs: the same bytes", limit: 2_048,
    seeds: {
      let file = Genuine.network.disk.contents("tiles/checkpoint")
      guard let note = try? SignedNote(file) else { return [] }
      return [
        [0] + file, [1] + Array(Genuine.network.log.key.text.utf8), [2] + Array(note.text.utf8),
      ]
    },
    words: { bytes("\u{2014} ", "\n\n", "+", "=", "\n") },
    run: { input in
      guard let kind = input.first else { return .refused }
      let rest = Array(input.dropFirst())
      if kind % 3 == 0 {
        guard let note = try? SignedNote(rest) else { return .refused }
        if (try? note.verify(by: Genuine.network.log.key)) != nil {
          let genuine = Genuine.network.disk.contents("tiles/checkpoint")
          guard let sound = try? SignedNote(genuine), sound.text == note.text else {
            return .broken("a forged signature is believed")
          }
        }
        return .same(note.bytes, as: rest)
      }
      guard let text = String(validating: rest, as: UTF8.self) else { return .refused }
      if kind % 3 == 1 {
        guard let key = NoteKey(text: text) else { return .refused }
        return .same(Array(key.text.utf8), as: rest)
      }
      guard let checkpoint = LogCheckpoint(text: text) else { return .refused }
      return .same(Array(checkpoint.text.utf8), as: rest)
    })

  /// What to read it as, then the bytes.
  private static let tile = Target(
    "tile", "names of tiles and bundles of entries: the same bytes", limit: 4_096,
    seeds: {
      let names = bytes("tile/0/x001/x234/067", "tile/entries/000.p/5", "tile/1/000")
      let disk = Genuine.network.disk
      let bundles = disk.names.filter { $0.hasPrefix("tiles/tile/entries") }
        .map { Array(disk.contents($0).prefix(3_000)) }
      return names.map { [0] + $0 } + bundles.prefix(1).map { [1] + $0 }
    },
    words: { bytes("tile/", "entries", ".p/", "x001/", "/255") },
    run: { input in
      guard let kind = input.first else { return .refused }
      let rest = Array(input.dropFirst())
      if kind % 2 == 0 {
        guard let text = String(validating: rest, as: UTF8.self), let name = TileName(path: text)
        else { return .refused }
        if name.width(in: .max) > TileName.fullWidth { return .broken("a tile too wide") }
        return .same(Array(name.path.utf8), as: rest)
      }
      guard let entries = EntryBundle.entries(of: rest) else { return .refused }
      var again: [UInt8] = []
      for entry in entries { EntryBundle.append(Array(rest[entry]), to: &again) }
      return .same(again, as: rest)
    })
}
