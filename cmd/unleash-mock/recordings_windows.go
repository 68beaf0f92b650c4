package main

import "os"

// claim empties a file.
func claim(file *os.File) (claimed bool, err error) { return false, file.Truncate(0) }
