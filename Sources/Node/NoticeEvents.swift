public import Engine

extension LogEvent {
  /// What the engine tells, as an event of the log.
  public init(_ notice: EngineNotice) {
    switch notice {
    case .clockBehind(let seconds):
      self.init(
        .warning, "clock-behind",
        [
          ("seconds", .number(seconds)),
          (
            "message",
            .text("block time holds until this machine's clock has caught up: check the clock")
          ),
        ])
    case .readOnly(let why):
      self.init(
        .error, "read-only",
        [("message", .text("no transactions are taken, reads go on: \(why)"))])
    case .writable:
      self.init(
        .info, "writable", [("message", .text("there is room again: transactions are taken"))])
    case .checkpointed(let height, let bytes):
      self.init(
        .info, "checkpoint", [("height", .number(height)), ("bytes", .number(bytes))])
    case .checkpointFailed(let why):
      self.init(
        .warning, "checkpoint-failed",
        [("message", .text("no checkpoint was written, the node goes on: \(why)"))])
    case .historyFailed(let why):
      self.init(
        .warning, "history-failed",
        [
          (
            "message",
            .text("blocks from before the start cannot be read back, the node goes on: \(why)")
          )
        ])
    case .log(let what):
      self.init(.warning, "block-log", [("message", .text(what))])
    case .index(let what):
      self.init(.warning, "index", [("message", .text(what))])
    case .failed(let why):
      self.init(
        .error, "disk-failed",
        [("message", .text("stopping at once, nothing acknowledged is lost: \(why)"))])
    }
  }
}
