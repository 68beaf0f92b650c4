package qs

// merge joins what two parameters put into the same place and returns what is
// there then. Target is what was there, and may change.
func merge(target, source any) any {
	there, isContainer := target.(*container)
	switch source := source.(type) {
	case *container:
		if isContainer {
			return mergeContainers(there, source)
		}
		return prepend(target, source)
	case string:
		switch {
		case source == "":
			return target // an empty value does not count where there is another
		case isContainer && there.list:
			return extend(there, source)
		case isContainer:
			return addToObject(there, source)
		}
	}
	return newList(target, source)
}

// extend appends to an array.
func extend(list *container, value string) *container {
	list.push(value)
	return bounded(list)
}

// bounded makes an object of an array that has become too long.
func bounded(list *container) *container {
	if list.length <= maxLength {
		return list
	}
	object := list.toObject()
	object.overflow(float64(list.length - 1))
	return object
}

// addToObject joins an object with a string: in a list of the two, unless the
// object itself is what became of a list.
func addToObject(object *container, value string) *container {
	switch {
	case object.tooLong:
		object.highest++
		object.set(numberKey(object.highest), value)
		return object
	case object.conflict:
		object.last++
		object.set(numberKey(object.last), value)
		return object
	}
	pair := newList(object, value)
	pair.clash(1)
	return pair
}

// prepend joins a string with a container that comes after it.
func prepend(first any, rest *container) *container {
	switch {
	case rest.tooLong:
		return shift(first, rest)
	case !rest.list:
		return newList(first, rest)
	}
	list := newList(first)
	for _, e := range rest.elements {
		list.setIndex(e.index+1, e.value)
	}
	list.length = max(list.length, rest.length+1)
	return bounded(list)
}

// shift puts a value in front of an object that was an array.
func shift(first any, rest *container) *container {
	object := newObject()
	object.set("0", first)
	for key, value := range rest.all() {
		if index, is := wholeNumber(key); is {
			object.set(numberKey(index+1), value)
		}
	}
	object.overflow(rest.highest + 1)
	return object
}

// mergeContainers puts what is in the source into the target; an array becomes
// an object if the other is one.
func mergeContainers(target, source *container) *container {
	if target.list && source.list {
		return mergeLists(target, source)
	}
	if target.list {
		object := target.toObject()
		if target.conflict { // it may have grown since
			object.clash(float64(target.length - 1))
		}
		target = object
	}
	for key, value := range source.all() {
		if present, has := target.get(key); has {
			value = merge(present, value)
		}
		target.set(key, value)
		target.keepMarks(key, source)
	}
	return target
}

// keepMarks notes that an object got a key from another one.
func (c *container) keepMarks(key string, from *container) {
	index, isIndex := wholeNumber(key)
	if from.tooLong && !c.tooLong {
		c.overflow(c.highestIndex(from.highest))
	}
	if c.tooLong && isIndex {
		c.highest = max(c.highest, index)
	}
	if c.conflict && isIndex {
		c.last = max(c.last, index)
	}
}

// highestIndex is the highest whole number among the keys, at least the one
// given.
func (c *container) highestIndex(atLeast float64) float64 {
	for key := range c.all() {
		if index, is := wholeNumber(key); is {
			atLeast = max(atLeast, index)
		}
	}
	return atLeast
}

// mergeLists fills the holes of an array. Where both have an element, those
// that are containers merge, and others are appended.
func mergeLists(target, source *container) *container {
	for _, e := range source.elements {
		present, has := target.getIndex(e.index)
		if !has {
			target.setIndex(e.index, e.value)
			continue
		}
		there, isContainer := present.(*container)
		other, bothAre := e.value.(*container)
		if isContainer && bothAre {
			target.setIndex(e.index, mergeContainers(there, other))
		} else {
			target.push(e.value)
		}
	}
	return bounded(target)
}
