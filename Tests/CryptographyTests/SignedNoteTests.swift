import Testing

@testable import Cryptography

@Suite struct SignedNoteTests {
  /// The example of the format's first implementation, golang.org/x/mod/sumdb/note.
  private static let publicKey =
    "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
  private static let privateKey =
    "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
  private static let text =
    "If you think cryptography is the answer to your problem,\n"
    + "then you don't know what your problem is.\n"
  private static let note =
    text
    + "\n\u{2014} PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXg"
    + "KvqfqdngotpRZb6KE6RyyBwJnAM=\n"

  @Test("The published example: keys, text and signature, both ways")
  func published() throws {
    let key = try #require(NoteKey(text: Self.publicKey))
    #expect(key.name == "PeterNeumann" && key.id == 0xc74f_20a3 && key.text == Self.publicKey)
    let signer = try #require(NoteSigner(text: Self.privateKey))
    #expect(signer.key == key && signer.exportText() == Self.privateKey)
    let note = try SignedNote(Array(Self.note.utf8))
    try note.verify(by: key)
    #expect(note.text == Self.text && note.bytes == Array(Self.note.utf8))
    #expect(signer.sign(Self.text) == note)
    #expect(
      NoteKey(text: "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8") != nil)
  }

  @Test(
    "Texts that are no keys",
    arguments: [
      "", "+", "a+00000000+", publicKey + "=", publicKey.uppercased(), "P" + publicKey,
      publicKey.replacing("c74f20a3", with: "c74f20a4"),
      publicKey.replacing("c74f20a3", with: "C74F20A3"), publicKey.replacing("+AR", with: "+BR"),
      "Peter Neumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
    ])
  func badKeys(text: String) {
    #expect(NoteKey(text: text) == nil)
    #expect(NoteSigner(text: text) == nil && NoteSigner(text: "PRIVATE+KEY+" + text) == nil)
  }

  @Test("Names that may not stand in a note")
  func names() {
    let seed = [UInt8](repeating: 1, count: 32)
    for name in ["", "a b", "a+b", "a\nb", "a\u{a0}b", "a\u{2003}b", "a\u{7f}"] {
      #expect(NoteSigner(name: name, seed: seed) == nil, "\(name)")
    }
    #expect(NoteSigner(name: "caf\u{e9}/1", seed: seed)?.sign("no newline") == nil)
    #expect(NoteSigner(name: "caf\u{e9}/1", seed: seed)?.sign("a\tb\n") == nil)
  }

  @Test("Other signatures are passed over, a wrong one of the key refuses the note")
  func several() throws {
    let key = try #require(NoteKey(text: Self.publicKey))
    let other = try #require(
      NoteSigner(name: "other.example/log", seed: [UInt8](repeating: 3, count: 32)))
    let line = try #require(other.sign(Self.text)).signatures[0]
    let own = try SignedNote(Array(Self.note.utf8)).signatures[0]
    let both = SignedNote(text: Self.text, signatures: [line, own])
    let read = try SignedNote(both.bytes)
    #expect(read == both)
    try read.verify(by: key)
    try read.verify(by: other.key)
    let alone = SignedNote(text: Self.text, signatures: [line])
    #expect(throws: NoteFailure.self) { try alone.verify(by: key) }
    var bytes = own.bytes
    bytes[0] ^= 1
    let wrong = SignedNote.Signature(name: own.name, id: own.id, bytes: bytes)
    let mixed = SignedNote(text: Self.text, signatures: [own, wrong])
    #expect(throws: NoteFailure.wrong("the signature of PeterNeumann does not match the text")) {
      try mixed.verify(by: key)
    }
  }

  @Test("A text with empty lines is parted at the last one")
  func emptyLines() throws {
    let signer = try #require(NoteSigner(text: Self.privateKey))
    let note = try #require(signer.sign("a\n\n\nb\n"))
    #expect(try SignedNote(note.bytes) == note)
    let odd = try #require(signer.sign("a\n\n"))
    #expect(try SignedNote(odd.bytes) == odd)
  }

  @Test("Every flipped bit, and random changes: refused, or read as what was written")
  func hostile() throws {
    let key = try #require(NoteKey(text: Self.publicKey))
    let whole = Array(Self.note.utf8)
    func isAccepted(_ bytes: [UInt8]) -> Bool {
      do {
        let note = try SignedNote(bytes)
        #expect(note.bytes == bytes)
        try note.verify(by: key)
        return true
      } catch {
        return false
      }
    }
    #expect(isAccepted(whole))
    var flips = 0
    for place in whole.indices {
      for bit in 0..<8 {
        var changed = whole
        changed[place] ^= 1 << UInt8(bit)
        #expect(!isAccepted(changed), "byte \(place), bit \(bit)")
        flips += 1
      }
    }
    var generator = SeededGenerator(seed: 41)
    for _ in 0..<2_000 {
      var changed = whole
      for _ in 0...Int.random(in: 0..<3, using: &generator) {
        let place = Int.random(in: 0..<changed.count, using: &generator)
        switch Int.random(in: 0..<4, using: &generator) {
        case 0: changed.remove(at: place)
        case 1: changed.insert(changed[place], at: place)
        case 2: changed.removeSubrange(place...)
        default: changed[place] = UInt8.random(in: 0...255, using: &generator)
        }
        if changed.isEmpty { changed = [0x0a] }
      }
      _ = isAccepted(changed)
    }
    print("Signed note: \(flips) flipped bits, all refused; 2,000 random changes read or refused")
  }
}
