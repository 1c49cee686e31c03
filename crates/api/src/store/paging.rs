//! Pages of lists, newest rows first. A query reads one row more than a page has, which shows whether there is a next page.

/// The number of rows that a query reads for a page of at most `limit`.
pub(super) fn rows_to_read(limit: u8) -> i64 {
    i64::from(limit) + 1
}

/// Cuts rows to a page of at most `limit`. Returns the id of its last row if there is a next page, which begins after it.
pub(super) fn cut<Row, Id>(rows: &mut Vec<Row>, limit: u8, id: impl Fn(&Row) -> Id) -> Option<Id> {
    let has_more = rows.len() > usize::from(limit);
    rows.truncate(limit.into());
    rows.last().filter(|_| has_more).map(id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_row_beyond_the_page_means_that_there_is_a_next_one() {
        let page = |mut rows: Vec<u8>| (cut(&mut rows, 2, |row| *row), rows);
        assert_eq!(page(vec![9, 8, 7]), (Some(8), vec![9, 8]));
        assert_eq!(page(vec![9, 8]), (None, vec![9, 8]));
        assert_eq!(page(vec![]), (None, vec![]));
    }
}
