public import Primitives

extension Multicall {
  /// A call as the older forms carry it.
  public struct Call: ABIRecord {
    public static let fields = [
      ABIField("target", Address.self), ABIField("callData", [UInt8].self),
    ]

    /// Whom it asks.
    public let target: Address
    /// A selector and its arguments.
    public let callData: [UInt8]

    public init(target: Address, callData: [UInt8]) {
      self.target = target
      self.callData = callData
    }

    public init(fields reader: inout ABIReader) throws(ABIFailure) {
      target = try .decode(&reader)
      callData = try .decode(&reader)
    }

    public func encodeFields(into writer: inout ABIWriter) {
      target.encode(into: &writer)
      callData.encode(into: &writer)
    }

    func with(allowFailure: Bool) -> Call3Value {
      Call3Value(target: target, allowFailure: allowFailure, value: .zero, callData: callData)
    }
  }

  /// A call that says whether it may fail alone.
  public struct Call3: ABIRecord {
    public static let fields = [
      ABIField("target", Address.self), ABIField("allowFailure", Bool.self),
      ABIField("callData", [UInt8].self),
    ]

    /// Whom it asks.
    public let target: Address
    /// Whether the others stand where it is refused.
    public let allowFailure: Bool
    /// A selector and its arguments.
    public let callData: [UInt8]

    public init(target: Address, allowFailure: Bool, callData: [UInt8]) {
      self.target = target
      self.allowFailure = allowFailure
      self.callData = callData
    }

    public init(fields reader: inout ABIReader) throws(ABIFailure) {
      target = try .decode(&reader)
      allowFailure = try .decode(&reader)
      callData = try .decode(&reader)
    }

    public func encodeFields(into writer: inout ABIWriter) {
      target.encode(into: &writer)
      allowFailure.encode(into: &writer)
      callData.encode(into: &writer)
    }

    var withoutValue: Call3Value {
      Call3Value(target: target, allowFailure: allowFailure, value: .zero, callData: callData)
    }
  }

  /// A call with value.
  public struct Call3Value: ABIRecord {
    public static let fields = [
      ABIField("target", Address.self), ABIField("allowFailure", Bool.self),
      ABIField("value", UInt256.self), ABIField("callData", [UInt8].self),
    ]

    /// Whom it asks.
    public let target: Address
    /// Whether the others stand where it is refused.
    public let allowFailure: Bool
    /// Wei.
    public let value: UInt256
    /// A selector and its arguments.
    public let callData: [UInt8]

    public init(target: Address, allowFailure: Bool, value: UInt256, callData: [UInt8]) {
      self.target = target
      self.allowFailure = allowFailure
      self.value = value
      self.callData = callData
    }

    public init(fields reader: inout ABIReader) throws(ABIFailure) {
      target = try .decode(&reader)
      allowFailure = try .decode(&reader)
      value = try .decode(&reader)
      callData = try .decode(&reader)
    }

    public func encodeFields(into writer: inout ABIWriter) {
      target.encode(into: &writer)
      allowFailure.encode(into: &writer)
      value.encode(into: &writer)
      callData.encode(into: &writer)
    }
  }

  /// What became of a call: its answer, or its revert data.
  public struct Result: ABIRecord {
    public static let fields = [
      ABIField("success", Bool.self), ABIField("returnData", [UInt8].self),
    ]

    /// False where it was refused.
    public let success: Bool
    /// What it returned, or the revert data.
    public let returnData: [UInt8]

    public init(success: Bool, returnData: [UInt8]) {
      self.success = success
      self.returnData = returnData
    }

    public init(fields reader: inout ABIReader) throws(ABIFailure) {
      success = try .decode(&reader)
      returnData = try .decode(&reader)
    }

    public func encodeFields(into writer: inout ABIWriter) {
      success.encode(into: &writer)
      returnData.encode(into: &writer)
    }
  }

  /// The answer in a form's shape. The open block has no hash yet: the EVM says zero.
  static func encode(_ results: [Result], _ form: Aggregate.Form, height: Height) -> [UInt8] {
    let number = UInt256(UInt128(height))
    return switch form {
    case .data: ABIWriter.encode(number, results.map(\.returnData))
    case .results: ABIWriter.encode(results)
    case .blockAndResults: ABIWriter.encode(number, Word.zero, results)
    }
  }
}

/// What the forms return, as outsiders see it.
enum MulticallForms {
  private static let number = Parameter<UInt256>("blockNumber").description

  static let data = [number, Parameter<[[UInt8]]>("returnData").description]
  static let results = [Parameter<[Multicall.Result]>("returnData").description]
  static let blockAndResults =
    [number, Parameter<Digest>("blockHash").description] + results
}
