package bodyparser

import (
	"bufio"
	"compress/flate"
	"encoding/binary"
	"errors"
	"hash"
	"hash/adler32"
	"hash/crc32"
	"io"
	"net/http"
	"strings"
)

// inflate reads the body through its content encoding, up to the limit.
func inflate(r *http.Request) ([]byte, *Error) {
	var source io.Reader = r.Body
	switch name := strings.ToLower(r.Header.Get("Content-Encoding")); name {
	case "", "identity":
		if r.ContentLength > Limit {
			return nil, tooLarge()
		}
	case "gzip":
		source = &gunzip{source: bufio.NewReader(r.Body)}
	case "deflate":
		source = &unzlib{source: bufio.NewReader(r.Body)}
	default:
		return nil, &Error{http.StatusUnsupportedMediaType, `unsupported content encoding "` + name + `"`}
	}
	return readAll(source, r.ContentLength)
}

func readAll(source io.Reader, length int64) ([]byte, *Error) {
	size := int64(512)
	if length > 0 && length <= Limit {
		size = length + 1 // one more, so that the end is seen without growing
	}
	buffer := make([]byte, 0, size)
	for {
		if len(buffer) == cap(buffer) {
			buffer = append(buffer, 0)[:len(buffer)]
		}
		n, err := source.Read(buffer[len(buffer):cap(buffer)])
		buffer = buffer[:len(buffer)+n]
		if len(buffer) > Limit {
			return nil, tooLarge()
		}
		if errors.Is(err, io.EOF) {
			return buffer, nil
		}
		if err != nil {
			return nil, readError(err)
		}
	}
}

// tooLarge is the answer to a body over the limit.
func tooLarge() *Error {
	return &Error{http.StatusRequestEntityTooLarge, "request entity too large"}
}

// readError words what went wrong while reading as zlib does.
func readError(err error) *Error {
	var wrong zlibError
	var corrupt flate.CorruptInputError
	var tooBig *http.MaxBytesError
	message := "request aborted"
	switch {
	case errors.As(err, &tooBig):
		return tooLarge()
	case errors.As(err, &wrong):
		message = string(wrong)
	case errors.As(err, &corrupt):
		message = "invalid stored block lengths" // which of zlib's many, Go does not tell
	case errors.Is(err, io.ErrUnexpectedEOF):
		message = "unexpected end of file"
	}
	return &Error{http.StatusBadRequest, message}
}

// zlibError is one of zlib's sentences.
type zlibError string

func (e zlibError) Error() string { return string(e) }

const (
	wrongHeader     zlibError = "incorrect header check"
	unknownMethod   zlibError = "unknown compression method"
	unknownFlags    zlibError = "unknown header flags set"
	wrongHeaderSum  zlibError = "header crc mismatch"
	windowTooLarge  zlibError = "invalid window size"
	noDictionary    zlibError = "Missing dictionary"
	unknownBlock    zlibError = "invalid block type"
	wrongData       zlibError = "incorrect data check"
	wrongDataLength zlibError = "incorrect length check"
)

const methodDeflate = 8

// blocks returns a reader of the deflated blocks that come next.
func blocks(source *bufio.Reader) (io.Reader, error) {
	if first, err := source.Peek(1); err == nil && first[0]&0b110 == 0b110 {
		return nil, unknownBlock
	}
	return flate.NewReader(source), nil
}

// gunzip reads the members of a gzip stream one after the other (RFC 1952).
type gunzip struct {
	source *bufio.Reader
	member io.Reader // nil between members
	sum    hash.Hash32
	size   uint32
	begun  bool
}

func (g *gunzip) Read(into []byte) (int, error) {
	if g.member == nil {
		if err := g.next(); err != nil {
			return 0, err
		}
	}
	n, err := g.member.Read(into)
	g.sum.Write(into[:n])
	g.size += uint32(n)
	if !errors.Is(err, io.EOF) {
		return n, err
	}
	g.member = nil
	return n, g.checkTrailer()
}

// next begins a member. After the first, a zero byte ends the stream.
func (g *gunzip) next() error {
	if start, _ := g.source.Peek(1); g.begun && (len(start) == 0 || start[0] == 0) {
		return io.EOF
	}
	if err := g.readHeader(); err != nil {
		return err
	}
	member, err := blocks(g.source)
	if err != nil {
		return err
	}
	g.member, g.sum, g.size, g.begun = member, crc32.NewIEEE(), 0, true
	return nil
}

// Flags of a member's header.
const (
	flagHeaderSum = 1 << 1
	flagExtra     = 1 << 2
	flagName      = 1 << 3
	flagComment   = 1 << 4
	flagsReserved = 0xe0
)

func (g *gunzip) readHeader() error {
	sum := crc32.NewIEEE()
	header := io.TeeReader(g.source, sum)
	var fixed [10]byte
	if n, err := io.ReadFull(header, fixed[:]); n >= 2 && (fixed[0] != 0x1f || fixed[1] != 0x8b) || n == 1 && g.begun && fixed[0] != 0x1f {
		return wrongHeader
	} else if err != nil {
		return unexpected(err)
	}
	flags := fixed[3]
	switch {
	case fixed[2] != methodDeflate:
		return unknownMethod
	case flags&flagsReserved != 0:
		return unknownFlags
	}
	if flags&flagExtra != 0 {
		var size [2]byte
		if _, err := io.ReadFull(header, size[:]); err != nil {
			return unexpected(err)
		}
		if _, err := io.CopyN(io.Discard, header, int64(binary.LittleEndian.Uint16(size[:]))); err != nil {
			return unexpected(err)
		}
	}
	for _, flag := range []byte{flagName, flagComment} {
		if flags&flag == 0 {
			continue
		}
		if err := skipText(header); err != nil {
			return unexpected(err)
		}
	}
	if flags&flagHeaderSum == 0 {
		return nil
	}
	want := uint16(sum.Sum32())
	var got [2]byte
	if _, err := io.ReadFull(g.source, got[:]); err != nil {
		return unexpected(err)
	}
	if binary.LittleEndian.Uint16(got[:]) != want {
		return wrongHeaderSum
	}
	return nil
}

// skipText skips up to and with the next zero byte.
func skipText(source io.Reader) error {
	var c [1]byte
	for {
		if _, err := io.ReadFull(source, c[:]); err != nil || c[0] == 0 {
			return err
		}
	}
}

func (g *gunzip) checkTrailer() error {
	var trailer [8]byte
	if _, err := io.ReadFull(g.source, trailer[:]); err != nil {
		return unexpected(err)
	}
	switch {
	case binary.LittleEndian.Uint32(trailer[:4]) != g.sum.Sum32():
		return wrongData
	case binary.LittleEndian.Uint32(trailer[4:]) != g.size:
		return wrongDataLength
	}
	return nil
}

// unzlib reads a zlib stream (RFC 1950), which HTTP calls deflate. What follows
// it is left alone.
type unzlib struct {
	source *bufio.Reader
	stream io.Reader // nil before the header was read
	sum    hash.Hash32
}

func (z *unzlib) Read(into []byte) (int, error) {
	if z.stream == nil {
		if err := z.begin(); err != nil {
			return 0, err
		}
	}
	n, err := z.stream.Read(into)
	z.sum.Write(into[:n])
	if !errors.Is(err, io.EOF) {
		return n, err
	}
	var trailer [4]byte
	if _, err := io.ReadFull(z.source, trailer[:]); err != nil {
		return n, unexpected(err)
	}
	if binary.BigEndian.Uint32(trailer[:]) != z.sum.Sum32() {
		return n, wrongData
	}
	return n, io.EOF
}

func (z *unzlib) begin() error {
	var header [2]byte
	if _, err := io.ReadFull(z.source, header[:]); err != nil {
		return unexpected(err)
	}
	const largestWindow, flagDictionary = 7, 1 << 5
	switch {
	case binary.BigEndian.Uint16(header[:])%31 != 0:
		return wrongHeader
	case header[0]&0x0f != methodDeflate:
		return unknownMethod
	case header[0]>>4 > largestWindow:
		return windowTooLarge
	case header[1]&flagDictionary != 0:
		return noDictionary
	}
	stream, err := blocks(z.source)
	if err != nil {
		return err
	}
	z.stream, z.sum = stream, adler32.New()
	return nil
}

// unexpected makes an end that came too early of any end.
func unexpected(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}
