//! Planes of grey levels, and of fractional values.

/// `width × height` levels, row-major: 0 is background, 255 is the strongest foreground of the image.
pub(super) struct Plane {
    pub(super) width: usize,
    pub(super) height: usize,
    pub(super) levels: Vec<u8>,
}

/// A rectangle of pixels; `right` and `bottom` are exclusive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Bounds {
    pub(super) left: usize,
    pub(super) top: usize,
    pub(super) right: usize,
    pub(super) bottom: usize,
}

impl Bounds {
    pub(super) const fn width(self) -> usize {
        self.right - self.left
    }

    pub(super) const fn height(self) -> usize {
        self.bottom - self.top
    }

    pub(super) const fn area(self) -> usize {
        self.width() * self.height()
    }
}

impl Plane {
    pub(super) fn rows(&self) -> impl DoubleEndedIterator<Item = &[u8]> + ExactSizeIterator {
        self.levels.chunks_exact(self.width)
    }

    /// The tight bounding box of all levels of at least `least`, or `None` if there is none.
    pub(super) fn bounds(&self, least: u8) -> Option<Bounds> {
        let is_foreground = |level: &u8| *level >= least;
        // The maximum of a row or column has no early exit, because the compiler can then vectorise the loop.
        let foreground = |row: &[u8]| is_foreground(&row.iter().fold(0, |most, &level| most.max(level)));
        let top = self.rows().position(foreground)?;
        let bottom = self.rows().rposition(foreground)? + 1;
        let mut columns = vec![0; self.width];
        for row in self.rows().take(bottom).skip(top) {
            columns.iter_mut().zip(row).for_each(|(most, &level)| *most = level.max(*most));
        }
        let (left, right) = (columns.iter().position(is_foreground)?, columns.iter().rposition(is_foreground)? + 1);
        Some(Bounds { left, top, right, bottom })
    }
}

/// `width × height` values, row-major, which are not whole numbers.
pub(super) struct Field {
    pub(super) width: usize,
    pub(super) height: usize,
    pub(super) values: Vec<f32>,
}

impl Field {
    pub(super) fn row(&self, y: usize) -> &[f32] {
        &self.values[y * self.width..][..self.width]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_are_tight() {
        let mut plane = Plane { width: 5, height: 4, levels: vec![0; 20] };
        assert_eq!(plane.bounds(1), None);
        plane.levels[5 + 3] = 9;
        plane.levels[10 + 1] = 3;
        assert_eq!(plane.bounds(1), Some(Bounds { left: 1, top: 1, right: 4, bottom: 3 }));
        assert_eq!(plane.bounds(5), Some(Bounds { left: 3, top: 1, right: 4, bottom: 2 }));
    }
}
