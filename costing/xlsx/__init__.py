"""An .xlsx file as a package of XML, opened within bounds before anything of it is believed."""
