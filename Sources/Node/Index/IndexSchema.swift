internal import Primitives

/// The index as a file: what its tables hold, for people who open it with SQLite's own tools too.
///
/// A *place* is one number for a height and an index in the block, `height << 24 | index`; of a
/// transaction the index is its own, of a transfer it is its log's. Accounts are numbered. Amounts
/// are integers where they fit 63 bits and 16 bytes, highest first, where not.
enum IndexSchema {
  /// Raised with every change of the tables; a file of another version is made anew.
  static let version: Int64 = 1
  /// "FRHD", so that the file is known for what it is.
  static let applicationID: Int64 = 0x4652_4844

  /// The folder below the data folder, and the file in it.
  static let folder = "index"
  static let file = "index/index.sqlite"

  static let tables = """
    CREATE TABLE about (name TEXT PRIMARY KEY, value) WITHOUT ROWID;
    CREATE TABLE accounts (id INTEGER PRIMARY KEY, address BLOB NOT NULL UNIQUE);
    -- outcome: header, receipts and logs (zstd of raw_bytes); with the bytes of the transactions it
    -- makes the whole block, whose roots are computed again when it is read.
    CREATE TABLE blocks (
      height INTEGER PRIMARY KEY, hash BLOB NOT NULL, time INTEGER NOT NULL,
      raw_bytes INTEGER NOT NULL, outcome BLOB NOT NULL);
    CREATE INDEX blocks_by_hash ON blocks(hash);
    -- key: the first 63 bits of the hash. bytes: null for a block's own transaction.
    CREATE TABLE transactions (
      place INTEGER PRIMARY KEY, key INTEGER NOT NULL, sender INTEGER NOT NULL, receiver INTEGER,
      module INTEGER NOT NULL, call INTEGER NOT NULL, refusal INTEGER, gas INTEGER NOT NULL,
      cumulative INTEGER NOT NULL, price NOT NULL, bytes BLOB);
    CREATE INDEX transactions_by_key ON transactions(key);
    CREATE TABLE account_transactions (
      account INTEGER, place INTEGER, PRIMARY KEY (account, place)) WITHOUT ROWID;
    -- step: the index of the transaction that made it.
    CREATE TABLE transfers (
      place INTEGER PRIMARY KEY, step INTEGER NOT NULL, sender INTEGER NOT NULL,
      receiver INTEGER NOT NULL, amount NOT NULL);
    -- balance: what the account holds after it.
    CREATE TABLE account_transfers (
      account INTEGER, place INTEGER, balance NOT NULL,
      PRIMARY KEY (account, place)) WITHOUT ROWID;
    CREATE TABLE reasons (
      id INTEGER PRIMARY KEY, rule TEXT NOT NULL, pool TEXT NOT NULL, kind TEXT NOT NULL,
      UNIQUE (rule, pool, kind));
    -- place: the transfer's. account: who earned it, also where a principal or quarantine got it.
    CREATE TABLE earnings (
      account INTEGER, place INTEGER, reason INTEGER NOT NULL,
      PRIMARY KEY (account, place)) WITHOUT ROWID;
    -- Which blocks have a log with an emitter or topic; key: 63 bits of it with its position.
    CREATE TABLE marks (
      key INTEGER, height INTEGER, PRIMARY KEY (key, height)) WITHOUT ROWID;
    """

  /// What every writing connection asks for. After a power cut the newest commits may be missing:
  /// they are made again from the chain.
  static let writing = """
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = NORMAL;
    PRAGMA cache_size = -65536;
    PRAGMA wal_autocheckpoint = 4000;
    PRAGMA temp_store = MEMORY;
    """

  static let reading =
    "PRAGMA query_only = ON; PRAGMA cache_size = -4096; PRAGMA temp_store = MEMORY;"
}

/// A place as the file has it.
enum IndexPlace {
  /// Places of one block.
  static let span: Int64 = 1 << 24

  /// A block has fewer logs and transactions than that: the largest genesis some millions.
  static func of(_ height: Height, _ index: Int) -> Int64 {
    precondition(index < Int(span), "a block has more than 2^24 logs")
    return Int64(clamping: min(height, 1 << 38)) << 24 | Int64(index)
  }

  /// Whatever stands in a file: what is below zero counts as zero.
  static func height(_ place: Int64) -> Height { Height(clamping: place >> 24) }
  static func index(_ place: Int64) -> Int { Int(place & (span - 1)) }
}

/// Short keys of digests; who finds by one compares the whole.
enum IndexKey {
  /// Of a block's or transaction's hash.
  static func of(_ hash: Digest) -> Int64 { Int64(hash.w0 >> 1) }

  /// Of a log's emitter.
  static func of(emitter: Address) -> Int64 { mixed(Word(emitter), position: 4) }

  /// Of a topic at a position from 0 to 3.
  static func of(topic: Word, at position: Int) -> Int64 { mixed(topic, position: position) }

  /// Everybody may choose topics, so a key is no more than a hint; what it leads to is compared.
  private static func mixed(_ word: Word, position: Int) -> Int64 {
    var value: UInt64 = UInt64(position) &+ 0x9e37_79b9_7f4a_7c15
    for part in [word.w0, word.w1, word.w2, word.w3] {
      value = (value ^ part) &* 0xff51_afd7_ed55_8ccd
      value ^= value >> 32
    }
    return Int64(value >> 1)
  }
}
