import Testing

@testable import HTTP

@Suite struct ClientAddressTests {
  @Test func anAddressIsOneClient() throws {
    let one = try #require(ClientAddress("192.0.2.7"))
    #expect(one == ClientAddress("::ffff:192.0.2.7"))
    #expect(one != ClientAddress("192.0.2.8"))
    #expect(one.text == "192.0.2.7")
    #expect(!one.isLoopback)
    for text in ["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"] {
      #expect(ClientAddress(text)?.isLoopback == true, "\(text)")
    }
    #expect(ClientAddress("::1")?.text == "::1")
    #expect(ClientAddress.local.isLoopback)
  }

  /// Whoever has one IPv6 address has all of its /64.
  @Test func anIPv6NetworkIsOneClient() throws {
    let one = try #require(ClientAddress("2001:db8:0:1::7"))
    #expect(one == ClientAddress("2001:db8:0:1:ffff:ffff:ffff:ffff"))
    #expect(one != ClientAddress("2001:db8:0:2::7"))
    #expect(one.text == "2001:db8:0:1::/64")
    #expect(!one.isLoopback)
    #expect(ClientAddress("0:0:0:1::1")?.isLoopback == false)
  }

  @Test func whatIsNoAddressIsNoClient() {
    for text in ["", "example.org", "1.2.3", "1.2.3.4.5", "::g", "127.0.0.1:80", " 127.0.0.1"] {
      #expect(ClientAddress(text) == nil, "\(text)")
    }
  }
}
