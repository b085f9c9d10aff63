import Cryptography
import Interface
import Primitives
import Testing

/// Goal: names stand for one address each, and a damaged file is told, never misread.
struct AddressBookTests {
  private let alice = Address(text: "0x70997970C51812dc3A010C7d01b50e0d17dc79C8")
  private let bob = Address(text: "0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC")

  @Test func roundTrip() throws {
    var book = AddressBook()
    #expect(try AddressBook(json: book.json) == book)
    try book.set("alice", try #require(alice))
    try book.set("bob.cold-2_x", try #require(bob))
    #expect(book.address("alice") == alice && book.address("carol") == nil)
    #expect(book.name(try #require(bob)) == "bob.cold-2_x")
    #expect(try AddressBook(json: book.json) == book)
    #expect(throws: TextFailure.self) { try book.set("alice", try #require(bob)) }
    #expect(book.remove("alice") && !book.remove("alice"))
    #expect(book.names.count == 1)
  }

  @Test func namesThatAreTaken() {
    for name in ["a", "Alice", "a1", "long-name_with.dots", String(repeating: "a", count: 64)] {
      #expect(AddressBook.isName(name), "\(name)")
    }
    let refused = [
      "", "1", "0x12", "-a", ".a", "a b", "ä", "a\n", "dev.1", "DEV.x", "a\"",
      String(repeating: "a", count: 65),
    ]
    for name in refused { #expect(!AddressBook.isName(name), "\(name)") }
  }

  @Test func hostileFiles() throws {
    let address = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"
    let texts = [
      "", "[]", "{", "{\"a\":1}", "{\"a\":\"0x12\"}", "{\"a b\":\"\(address)\"}",
      "{\"a\":\"\(address.replacing("F", with: "f"))\",\"a\":\"\(address)\"}",
      "{\"a\":\"0x70997970C51812dc3a010C7d01b50e0d17dc79C8\"}", "{\"dev.0\":\"\(address)\"}",
    ]
    for text in texts {
      #expect(throws: TextFailure.self, "\(text)") { try AddressBook(json: Array(text.utf8)) }
    }
    var book = AddressBook()
    try book.set("alice", try #require(alice))
    var state: UInt64 = 7
    for _ in 0..<2_000 {
      var bytes = book.json
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      bytes[Int(state >> 33) % bytes.count] = UInt8(truncatingIfNeeded: state >> 56)
      guard let read = try? AddressBook(json: bytes) else { continue }
      #expect(try AddressBook(json: read.json) == read)
    }
  }
}
