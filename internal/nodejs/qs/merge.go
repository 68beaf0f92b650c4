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
			there.push(source)
			return there
		}
	}
	return newList(target, source)
}

// prepend joins a string with a container that comes after it.
func prepend(first any, rest *container) *container {
	if !rest.list {
		return newList(first, rest)
	}
	list := newList(first)
	for _, e := range rest.elements {
		list.setIndex(e.index+1, e.value)
	}
	list.length = max(list.length, rest.length+1)
	return list
}

// mergeContainers puts what is in the source into the target; an array becomes
// an object if the other is one.
func mergeContainers(target, source *container) *container {
	if target.list && source.list {
		return mergeLists(target, source)
	}
	if target.list {
		target = target.toObject()
	}
	for key, value := range source.all() {
		if present, has := target.get(key); has {
			value = merge(present, value)
		}
		target.set(key, value)
	}
	return target
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
	return target
}
