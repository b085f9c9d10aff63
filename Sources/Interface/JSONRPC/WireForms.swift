internal import Primitives

/// The small forms that every answer of Ethereum's JSON-RPC is made of.
extension JSONWriter {
  /// A quantity: 0x and no leading zeros.
  mutating func quantity(_ value: some UnsignedInteger) { string("0x" + String(value, radix: 16)) }

  /// A quantity of up to 256 bits.
  mutating func quantity(_ value: UInt256) { string(Hex.quantity(value)) }

  mutating func address(_ address: Address) { hex(address.bytes) }

  mutating func member(_ name: String, quantity: some UnsignedInteger) {
    self.name(name)
    self.quantity(quantity)
  }

  mutating func member(_ name: String, quantity: UInt256) {
    self.name(name)
    self.quantity(quantity)
  }

  mutating func member(_ name: String, digest: Digest) {
    self.name(name)
    hex(digest.bytes)
  }

  /// The address, or null.
  mutating func member(_ name: String, address: Address?) {
    self.name(name)
    if let address { self.address(address) } else { null() }
  }

  mutating func member(_ name: String, bytes: some Sequence<UInt8>) {
    self.name(name)
    hex(bytes)
  }

  mutating func member(_ name: String, text: String) {
    self.name(name)
    string(text)
  }

  mutating func member(_ name: String, number: some BinaryInteger) {
    self.name(name)
    self.number(number)
  }

  mutating func member(_ name: String, flag: Bool) {
    self.name(name)
    bool(flag)
  }

  mutating func nullMember(_ name: String) {
    self.name(name)
    null()
  }
}
