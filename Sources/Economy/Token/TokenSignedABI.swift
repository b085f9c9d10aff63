internal import Primitives

/// The doors for what holders sign: EIP-2612, EIP-3009, EIP-5267, and ERC-165.
extension Token {
  private static let from = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266"
  private static let to = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"
  private static let nonce =
    "0x6e6f6e6365000000000000000000000000000000000000000000000000000001"
  private static let half =
    "0x1111111111111111111111111111111111111111111111111111111111111111"
  private static let threeWords = "27 \(half) \(half)"
  private static let oneText =
    half + "1111111111111111111111111111111111111111111111111111111111111111" + "1b"
  private static let terms = "\(from) \(to) 5 0 2027-03-01T00:00:00Z \(nonce)"

  static let signedCalls: [CallDeclaration] =
    [
      CallDeclaration(
        "permit", "Sets an allowance by its owner's signature (EIP-2612).",
        example: "\(from) \(to) 100 2027-03-01T00:00:00Z \(threeWords)", compliance: .entry,
        Parameter<Address>("owner"), Parameter<Address>("spender"),
        Parameter<UInt256>("value", meaning: .units),
        Parameter<UInt256>("deadline", meaning: .time), Parameter<UInt8>("v"),
        Parameter<Word>("r"), Parameter<Word>("s")
      ) { owner, spender, amount, deadline, v, r, s in
        .token(
          .permit(
            Permit(
              owner: owner, spender: spender, amount: amount, deadline: deadline,
              signature: SignedWords(v: v, r: r, s: s))))
      }
    ]
    + authorized(
      .transfer, "transferWithAuthorization", "Moves a payer's units by its signature (EIP-3009).")
    + authorized(
      .receive, "receiveWithAuthorization",
      "Moves a payer's units to yourself by its signature (EIP-3009).")
    + [
      CallDeclaration(
        "cancelAuthorization", "Makes a nonce unusable by its authorizer's signature (EIP-3009).",
        example: "\(from) \(nonce) \(threeWords)", compliance: .exit,
        Parameter<Address>("authorizer"), Parameter<Word>("nonce"), Parameter<UInt8>("v"),
        Parameter<Word>("r"), Parameter<Word>("s")
      ) { authorizer, nonce, v, r, s in
        .token(
          .cancel(
            Cancel(
              authorizer: authorizer, nonce: nonce, signature: SignedWords(v: v, r: r, s: s))))
      },
      CallDeclaration(
        "cancelAuthorization", "The same with the signature in one piece, r, s, then v.",
        example: "\(from) \(nonce) \(oneText)", compliance: .exit,
        Parameter<Address>("authorizer"), Parameter<Word>("nonce"),
        Parameter<[UInt8]>("signature")
      ) { authorizer, nonce, signature in
        .token(
          .cancel(
            Cancel(authorizer: authorizer, nonce: nonce, signature: SignedWords(signature))))
      },
    ]

  /// A transfer by signature in its two forms.
  private static func authorized(
    _ kind: Authorized.Kind, _ name: String, _ help: String
  ) -> [CallDeclaration] {
    [
      CallDeclaration(
        name, help, example: "\(terms) \(threeWords)", compliance: .entry,
        Parameter<Address>("from"), Parameter<Address>("to"),
        Parameter<UInt256>("value", meaning: .units),
        Parameter<UInt256>("validAfter", meaning: .time),
        Parameter<UInt256>("validBefore", meaning: .time), Parameter<Word>("nonce"),
        Parameter<UInt8>("v"), Parameter<Word>("r"), Parameter<Word>("s")
      ) { from, to, amount, after, before, nonce, v, r, s in
        .token(
          .authorized(
            Authorized(
              kind, from: from, to: to, amount: amount, validAfter: after, validBefore: before,
              nonce: nonce, signature: SignedWords(v: v, r: r, s: s))))
      },
      CallDeclaration(
        name, "The same with the signature in one piece, r, s, then v.",
        example: "\(terms) \(oneText)", compliance: .entry,
        Parameter<Address>("from"), Parameter<Address>("to"),
        Parameter<UInt256>("value", meaning: .units),
        Parameter<UInt256>("validAfter", meaning: .time),
        Parameter<UInt256>("validBefore", meaning: .time), Parameter<Word>("nonce"),
        Parameter<[UInt8]>("signature")
      ) { from, to, amount, after, before, nonce, signature in
        .token(
          .authorized(
            Authorized(
              kind, from: from, to: to, amount: amount, validAfter: after, validBefore: before,
              nonce: nonce, signature: SignedWords(signature))))
      },
    ]
  }

  static let signedQueries: [QueryDeclaration] = [
    QueryDeclaration(
      "version", "The version of what holders sign.", example: "",
      returns: Parameter<String>("version")
    ) { (_) throws(Rejection) in version },
    QueryDeclaration(
      "nonces", "The nonce of an owner's next permit.", example: from,
      returns: Parameter<UInt256>("nonce"), Parameter<Address>("owner")
    ) { (state, owner) throws(Rejection) in UInt256(UInt128(state.permitNonce(owner))) },
    QueryDeclaration(
      "DOMAIN_SEPARATOR", "The domain of what holders sign, hashed (EIP-712).", example: "",
      returns: Parameter<Word>("separator")
    ) { (state) throws(Rejection) in Word(state.domainSeparator()) },
    QueryDeclaration(
      "eip712Domain", "The domain of what holders sign in its parts (EIP-5267).", example: "",
      results: Domain.self
    ) { (state) throws(Rejection) in state.domain() },
    QueryDeclaration(
      "authorizationState", "Whether an authorizer's nonce was used or canceled.",
      example: "\(from) \(nonce)", returns: Parameter<Bool>("settled"),
      Parameter<Address>("authorizer"), Parameter<Word>("nonce")
    ) { (state, authorizer, nonce) throws(Rejection) in
      state.isAuthorizationSettled(authorizer, nonce)
    },
    QueryDeclaration(
      "supportsInterface", "Whether the token speaks an interface (ERC-165).",
      example: "0x36372b07", returns: Parameter<Bool>("supported"),
      Parameter<Selector>("interfaceId")
    ) { (_, id) throws(Rejection) in interfaces.contains(id) },
  ]

  /// ERC-165 itself, ERC-20, EIP-2612 and EIP-5267.
  private static let interfaces = [
    Selector(0x01ff_c9a7), Selector(0x3637_2b07), Selector(0x9d8f_f7da), Selector(0x84b0_196e),
  ]

  /// The domain of typed data as EIP-5267 tells it: name, version, chain and contract, no salt.
  struct Domain: ABIRecord {
    static let fields = [
      ABIField("fields", .fixedBytes(1), meaning: .bytes), ABIField("name", String.self),
      ABIField("version", String.self), ABIField("chainId", .uint(256), meaning: .identifier),
      ABIField("verifyingContract", Address.self), ABIField("salt", Word.self),
      ABIField("extensions", [UInt256].self),
    ]
    /// Which of the fields stand in the domain: the first four.
    private static let present = Word(w0: 0x0f << 56, w1: 0, w2: 0, w3: 0)

    let presence: Word
    let name: String
    let version: String
    let chainID: UInt64
    let contract: Address
    let salt: Word
    let extensions: [UInt256]

    init(name: String, chainID: UInt64) {
      presence = Self.present
      self.name = name
      version = Token.version
      self.chainID = chainID
      contract = SystemAddress.module(Token.number)
      salt = .zero
      extensions = []
    }

    init(fields reader: inout ABIReader) throws(ABIFailure) {
      presence = try reader.word()
      name = try .decode(&reader)
      version = try .decode(&reader)
      chainID = try .decode(&reader)
      contract = try .decode(&reader)
      salt = try .decode(&reader)
      extensions = try .decode(&reader)
    }

    func encodeFields(into writer: inout ABIWriter) {
      writer.append(presence)
      name.encode(into: &writer)
      version.encode(into: &writer)
      chainID.encode(into: &writer)
      contract.encode(into: &writer)
      salt.encode(into: &writer)
      extensions.encode(into: &writer)
    }
  }
}
