//! In: the bytes of a JPEG scan. Out: its bits, and the symbols of its Huffman tables (ITU-T T.81,
//! annexes C and F.2.2).

/// Codes of up to so many bits are found by one look.
const QUICK: u32 = 10;
/// The longest code, bits.
const LONGEST: usize = 16;

/// A code that no table has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct BadCode;

/// The codes of one table.
pub(super) struct Huffman {
    /// By the next [`QUICK`] bits: the code's length and symbol; length 0 where it is longer.
    quick: Box<[[u8; 2]; 1 << QUICK]>,
    /// By length: the first code that is longer, of [`LONGEST`] bits.
    ends: [u32; LONGEST + 1],
    /// By length: from a code to the place of its symbol.
    places: [i32; LONGEST + 1],
    symbols: Vec<u8>,
}

impl Huffman {
    /// `counts`: the number of codes of each length from 1 on. `None` when they do not fit.
    pub(super) fn new(counts: &[u8; LONGEST], symbols: &[u8]) -> Option<Self> {
        let mut quick = Box::new([[0; 2]; 1 << QUICK]);
        let (mut ends, mut places) = ([0; LONGEST + 1], [0; LONGEST + 1]);
        let (mut code, mut place) = (0_u32, 0);
        for length in 1..=LONGEST {
            let count = usize::from(counts[length - 1]);
            places[length] = place as i32 - code as i32;
            for &symbol in symbols.get(place..place + count)? {
                if let Some(spare) = QUICK.checked_sub(length as u32) {
                    let first = (code << spare) as usize;
                    quick.get_mut(first..first + (1 << spare))?.fill([length as u8, symbol]);
                }
                code += 1;
            }
            if code > 1 << length {
                return None;
            }
            place += count;
            ends[length] = code << (LONGEST - length);
            code <<= 1;
        }
        Some(Self { quick, ends, places, symbols: symbols[..place].to_vec() })
    }
}

/// Reads bits up to the next marker; behind it come zeros, which are counted.
pub(super) struct Bits<'a> {
    bytes: &'a [u8],
    /// The next byte to take.
    at: usize,
    /// The next bits, from the highest on.
    held: u64,
    /// How many of them there are.
    count: u32,
    /// How many of those held last are no bits of the file.
    made_up: u32,
}

impl<'a> Bits<'a> {
    pub(super) fn new(bytes: &'a [u8], at: usize) -> Self {
        Self { bytes, at, held: 0, count: 0, made_up: 0 }
    }

    /// Whether more was read than the file has before the next marker.
    pub(super) fn is_overdrawn(&self) -> bool {
        self.made_up > self.count
    }

    /// Where the file goes on behind what was read, whole bytes.
    pub(super) fn place(&self) -> usize {
        let mut unread = self.count.saturating_sub(self.made_up) / 8;
        let mut at = self.at;
        while unread > 0 {
            unread -= 1;
            at -= if at >= 2 && self.bytes[at - 2..at] == [0xff, 0] { 2 } else { 1 };
        }
        at
    }

    /// Moves behind the restart marker that comes next, whose number must be `number`.
    pub(super) fn restart(&mut self, number: u8) -> bool {
        let mut at = self.place();
        while self.bytes.get(at..at + 2) == Some(&[0xff, 0xff]) {
            at += 1;
        }
        let is_there = self.bytes.get(at..at + 2) == Some(&[0xff, 0xd0 + number]);
        if is_there {
            *self = Self::new(self.bytes, at + 2);
        }
        is_there
    }

    /// At least 32 bits are held afterwards.
    #[inline]
    fn fill(&mut self) {
        if self.count >= 32 {
            return;
        }
        if let Some(&four) = self.bytes.get(self.at..).and_then(<[u8]>::first_chunk::<4>) {
            let word = u32::from_be_bytes(four);
            // No byte of the word is 0xff.
            if (word & 0x8080_8080 & (!word).wrapping_sub(0x0101_0101)) == 0 {
                self.held |= u64::from(word) << (32 - self.count);
                self.count += 32;
                self.at += 4;
                return;
            }
        }
        self.fill_slowly();
    }

    #[cold]
    fn fill_slowly(&mut self) {
        while self.count <= 56 {
            let byte = match self.bytes.get(self.at..) {
                Some([0xff, 0, ..]) => {
                    self.at += 2;
                    0xff
                }
                Some([byte, ..]) if *byte != 0xff => {
                    self.at += 1;
                    *byte
                }
                _ => {
                    self.made_up += 8;
                    0
                }
            };
            self.held |= u64::from(byte) << (56 - self.count);
            self.count += 8;
        }
    }

    #[inline]
    fn drop(&mut self, bits: u32) {
        self.held <<= bits;
        self.count -= bits;
    }

    /// Passes over at most 32 bits.
    #[inline]
    pub(super) fn skip(&mut self, bits: u32) {
        self.fill();
        self.drop(bits);
    }

    /// At most 16 bits.
    #[inline]
    pub(super) fn take(&mut self, bits: u32) -> u32 {
        self.fill();
        let value = (self.held >> 32) as u32;
        self.drop(bits);
        value.checked_shr(32 - bits).unwrap_or(0)
    }

    /// The next symbol, whose lower half is the number of bits that are passed over behind it.
    #[inline]
    pub(super) fn symbol_and_value(&mut self, table: &Huffman) -> Result<u8, BadCode> {
        self.fill();
        let [length, symbol] = table.quick[(self.held >> (64 - QUICK)) as usize];
        if length > 0 {
            self.drop(u32::from(length) + u32::from(symbol & 15));
            return Ok(symbol);
        }
        let symbol = self.long_symbol(table)?;
        self.drop(u32::from(symbol & 15));
        Ok(symbol)
    }

    /// The next symbol.
    pub(super) fn symbol(&mut self, table: &Huffman) -> Result<u8, BadCode> {
        self.fill();
        let [length, symbol] = table.quick[(self.held >> (64 - QUICK)) as usize];
        if length > 0 {
            self.drop(u32::from(length));
            return Ok(symbol);
        }
        self.long_symbol(table)
    }

    fn long_symbol(&mut self, table: &Huffman) -> Result<u8, BadCode> {
        let bits = (self.held >> (64 - LONGEST)) as u32;
        let length = (1..=LONGEST).find(|&length| bits < table.ends[length]).ok_or(BadCode)?;
        let place = (bits >> (LONGEST - length)) as i32 + table.places[length];
        self.drop(length as u32);
        usize::try_from(place).ok().and_then(|at| table.symbols.get(at)).copied().ok_or(BadCode)
    }
}
