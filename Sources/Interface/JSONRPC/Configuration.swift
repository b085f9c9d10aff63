public import Primitives

/// What the process knows and the chain does not.
public struct Configuration: Sendable {
  /// The program's version, such as `0.1.0`.
  public let version: String
  /// What `web3_clientVersion` answers, such as `Freehold/0.1.0/linux-x86_64/swift-6.3.1`.
  public let clientVersion: String
  /// Keys that everybody knows; nil but on a development network.
  public let development: DevelopmentAccounts?
  /// Moves the clock forward and answers its new time, durable when it returns; nil but on a
  /// development network.
  public let advance: (@Sendable (Seconds) -> Result<LogicalTime, AdvanceRefusal>)?
  /// The block log; nil where the node keeps none.
  public let log: LogAccess?
  /// What is kept of blocks that memory has let go; nil where the node keeps no index.
  public let archive: (any BlockArchive)?
  /// How clients are met: `loopback`, `tls`, or `insecure-public` where anybody on the way can read
  /// and change what is said.
  public let transport: String
  /// Seconds since 1970, by the clock that blocks take their time from; operations are tried at it.
  /// Nil where they are tried at the head's time.
  public let now: (@Sendable () -> UInt64)?

  public init(
    version: String, clientVersion: String, development: DevelopmentAccounts? = nil,
    advance: (@Sendable (Seconds) -> Result<LogicalTime, AdvanceRefusal>)? = nil,
    transport: String = "loopback", log: LogAccess? = nil, archive: (any BlockArchive)? = nil,
    now: (@Sendable () -> UInt64)? = nil
  ) {
    self.version = version
    self.clientVersion = clientVersion
    self.development = development
    self.advance = advance
    self.log = log
    self.archive = archive
    self.transport = transport
    self.now = now
  }
}

/// Why a development clock does not move.
public struct AdvanceRefusal: Error, Sendable, Equatable {
  /// What is wrong and how to repair it.
  public let text: String

  public init(_ text: String) { self.text = text }
}

/// The accounts of a development network, whose keys are public.
public struct DevelopmentAccounts: Sendable {
  /// One account and its well-known key.
  public struct Account: Sendable {
    public let address: Address
    /// 32 bytes.
    public let privateKey: [UInt8]

    public init(address: Address, privateKey: [UInt8]) {
      self.address = address
      self.privateKey = privateKey
    }
  }

  /// The BIP-39 phrase that the keys come from.
  public let mnemonic: String
  /// In derivation order.
  public let accounts: [Account]

  public init(mnemonic: String, accounts: [Account]) {
    self.mnemonic = mnemonic
    self.accounts = accounts
  }
}
